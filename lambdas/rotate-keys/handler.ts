import type { SecretsManagerRotationEvent } from 'aws-lambda';
import type { RotationDeps } from '../../core/accounts/rotate-keys.ts';
import { ROTATION_STEPS, rotateKeys } from '../../core/accounts/rotate-keys.ts';

/** Secrets Manager calls it four times per rotation, once for each step; what throws is tried again by Secrets Manager. */
export const rotateKeysHandler =
  (depsOf: (secret: string) => RotationDeps) =>
  async ({ Step, SecretId, ClientRequestToken }: SecretsManagerRotationEvent): Promise<void> => {
    const step = ROTATION_STEPS.find((known) => known === Step);
    if (step === undefined) throw new Error(`Secrets Manager asks for the unknown step ${Step}.`);
    await rotateKeys(depsOf(SecretId), step, ClientRequestToken);
  };
