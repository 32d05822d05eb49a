import { randomUUID } from 'node:crypto';
import type { KeptSecretPlan } from '../cloud/secrets.ts';
import { beginRotation, endRotation, type Secret } from '../engines/secret.ts';
import type { SecretStore } from '../engines/secret-store.ts';

export type RotationDeps = {
  readonly store: SecretStore;
  invoke(functionName: string, event: unknown): Promise<unknown>;
  nowMs(): number;
};

/** What Secrets Manager asks of a rotation function, one after the other. */
const STEPS = ['createSecret', 'setSecret', 'testSecret', 'finishSecret'] as const;

/** Rejects with an Error that names the step; the next try goes on with the same token. */
export async function rotateSecret({ name, arn, rotation }: KeptSecretPlan, deps: RotationDeps): Promise<void> {
  if (rotation === null) throw new Error(`Nothing in the template rotates ${name}.`);
  const { secret, versionId } = beginRotation(secretNamed(name, deps.store), randomUUID(), deps.nowMs());
  deps.store.put(secret);
  for (const Step of STEPS) {
    try {
      await deps.invoke(rotation.functionName, { Step, SecretId: arn, ClientRequestToken: versionId });
    } catch (cause) {
      throw new Error(`The rotation of ${name} failed at ${Step}: ${String(cause)}`, { cause });
    }
  }
  deps.store.put(endRotation(secretNamed(name, deps.store), deps.nowMs()));
}

/** When the secret is to be rotated next, in milliseconds since 1970; null is never. */
export function dueAtMs({ name, rotation }: KeptSecretPlan, store: SecretStore): number | null {
  if (rotation === null) return null;
  const { rotatedAtMs, createdAtMs } = secretNamed(name, store);
  if (rotatedAtMs === null && rotation.atOnce) return createdAtMs;
  return (rotatedAtMs ?? createdAtMs) + rotation.everyS * 1_000;
}

function secretNamed(name: string, store: SecretStore): Secret {
  const secret = store.get(name);
  if (secret === undefined) throw new Error(`The secret ${name} was not made.`);
  return secret;
}
