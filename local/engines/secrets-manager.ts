import { AwsError, parseJsonObject } from './aws-json.ts';
import { type AwsJsonAnswer, type AwsJsonCall, startAwsJsonServer } from './aws-json-server.ts';
import type { Authorize, Engine, FaultInjection } from './engine.ts';
import { type Guard, guarded } from './guarded.ts';
import type { Secret } from './secret.ts';
import { SECRET_OPERATIONS, type SecretDefinition } from './secret-operations.ts';
import type { SecretStore } from './secret-store.ts';

export type SecretsManagerEngine = Engine & FaultInjection;

/**
 * Secrets Manager for the secrets that the template declares: reading and writing values by version and label. An
 * operation that is not here answers UnknownOperationException. Rotation is driven from outside (local/rotation).
 */
export async function startSecretsManager(options: {
  readonly store: SecretStore;
  readonly secrets: readonly SecretDefinition[];
  readonly authorize: Authorize;
  readonly port?: number;
  readonly nowMs?: () => number;
}): Promise<SecretsManagerEngine> {
  const { store, secrets, nowMs = Date.now } = options;
  const faults: FaultInjection = { faultFor: null };
  const guard: Guard = { authorize: options.authorize, faults };

  async function answer({ accessKeyId, operation, body }: AwsJsonCall): Promise<AwsJsonAnswer> {
    const operate = SECRET_OPERATIONS.get(operation);
    if (operate === undefined) {
      throw new AwsError('UnknownOperationException', `The laptop's Secrets Manager does not know ${operation}.`);
    }
    const input = parseJsonObject(body);
    const definition = definitionOf(input['SecretId'], secrets);
    const resourceArns = [definition?.arn ?? String(input['SecretId'])];
    const answered = await guarded({ accessKeyId, action: `secretsmanager:${operation}`, resourceArns }, guard, () => {
      const secret = definition === undefined ? undefined : store.get(definition.name);
      if (definition === undefined || secret === undefined) throw unknownSecret();
      const put = (changed: Secret): void => {
        if (changed !== secret) store.put(changed);
      };
      return operate({ input, definition, secret, put, nowMs: nowMs() });
    });
    return typeof answered === 'string' ? answered : { status: 200, body: JSON.stringify(answered) };
  }

  const server = await startAwsJsonServer({ port: options.port ?? 0, version: '1.1', answer });
  return Object.assign(faults, { url: server.url, close: () => server.close() });
}

/** A secret is named by its ARN, its ARN without the six characters at the end, or its name. */
function definitionOf(id: unknown, secrets: readonly SecretDefinition[]): SecretDefinition | undefined {
  if (typeof id !== 'string' || id === '') throw new AwsError('InvalidParameterException', 'SecretId must be given.');
  return secrets.find(({ name, arn }) => id === arn || id === name || id === arn.replace(/-[^-]{6}$/, ''));
}

const unknownSecret = (): AwsError =>
  new AwsError('ResourceNotFoundException', "Secrets Manager can't find the specified secret.");
