import { setTimeout as sleep } from 'node:timers/promises';
import type { AwsJsonClient, ParseAnswer } from './aws-json.ts';
import { AwsError } from './aws-json.ts';
import { backoffMs } from './dynamodb.ts';

/** A value of an item with nothing but texts, numbers, flags and bytes (base64). */
export type FlatValue = { readonly S?: string; readonly N?: string; readonly BOOL?: boolean; readonly B?: string };
/** As DynamoDB sends it. */
export type WireItem = Readonly<Record<string, FlatValue>>;

const ATTEMPTS = 5;
const ATTEMPT_TIMEOUT_MS = 3_000;

/**
 * One call of DynamoDB without the SDK, which takes 6 µs for each attribute it reads or writes: items of counters have
 * hundreds, and this is `JSON` and nothing else. Again after a throttle, a 5xx, a lost connection or a timeout, so what is
 * called must bear being done twice; a refusal is final. Throws the last error.
 */
export async function leanCall(
  dynamodb: AwsJsonClient,
  operation: string,
  input: unknown,
  parse?: ParseAnswer,
): Promise<Readonly<Record<string, unknown>>> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await dynamodb(operation, input, ATTEMPT_TIMEOUT_MS, parse);
    } catch (error) {
      const isFinal = error instanceof AwsError && error.status < 500 && !error.isThrottle;
      if (isFinal || attempt === ATTEMPTS) throw error;
      await sleep(backoffMs(attempt));
    }
  }
}
