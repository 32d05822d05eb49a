import { randomUUID } from 'node:crypto';

export type KeyFacts = {
  readonly deliveryStream: string;
  /** When the oldest record in the object arrived. */
  readonly arrivedAtMs: number;
  /** Of a failure; null for rows. */
  readonly errorType: string | null;
};

/**
 * The key Firehose gives an object: its prefix with `!{timestamp:…}` (UTC) and `!{firehose:error-output-type}` put in, then
 * `<delivery stream>-1-2026-03-12-09-26-53-<uuid>`. Throws on an expression the laptop does not know.
 */
export function objectKey(prefix: string, { deliveryStream, arrivedAtMs, errorType }: KeyFacts): string {
  const at = new Date(arrivedAtMs);
  const evaluated = prefix.replaceAll(/!\{([a-z]+):([^}]+)\}/g, (expression, namespace: string, value: string) => {
    if (namespace === 'timestamp') return formatted(at, value);
    if (namespace === 'firehose' && value === 'error-output-type' && errorType !== null) return errorType;
    throw new Error(`The laptop's Firehose does not know ${expression}.`);
  });
  return `${evaluated}${deliveryStream}-1-${formatted(at, 'yyyy-MM-dd-HH-mm-ss')}-${randomUUID()}${errorType === null ? '.parquet' : ''}`;
}

/** The letters of Java's DateTimeFormatter that prefixes use. */
function formatted(at: Date, pattern: string): string {
  const [yyyy = '', MM = '', dd = '', HH = '', mm = '', ss = ''] = at.toISOString().split(/[-T:.]/);
  const parts: Readonly<Record<string, string>> = { yyyy, MM, dd, HH, mm, ss };
  return pattern.replaceAll(/[A-Za-z]+/g, (letters) => {
    const part = parts[letters];
    if (part === undefined) throw new Error(`The laptop's Firehose does not know the time pattern ${letters}.`);
    return part;
  });
}
