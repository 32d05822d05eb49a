import {
  DescribeSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  ResourceNotFoundException,
  SecretsManagerClient,
  UpdateSecretVersionStageCommand,
} from '@aws-sdk/client-secrets-manager';
import type { KeySecret } from '../core/accounts/rotate-keys.ts';
import type { KeySet } from '../core/accounts/signing-keys.ts';

export const secretsManagerClient = (): SecretsManagerClient =>
  new SecretsManagerClient({
    maxAttempts: 3,
    requestHandler: { requestTimeout: 3_000, throwOnRequestTimeout: true, connectionTimeout: 1_000 },
  });

/** `secret` is its ARN. */
export function keySecret(client: SecretsManagerClient, secret: string): KeySecret {
  const SecretId = secret;
  const valueOf = async (stage: { VersionStage: string; VersionId?: string }): Promise<KeySet> => {
    const { SecretString } = await client.send(new GetSecretValueCommand({ SecretId, ...stage }));
    return keySetIn(SecretString);
  };
  return {
    readCurrent: () => valueOf({ VersionStage: 'AWSCURRENT' }),
    async readPending(version) {
      try {
        return await valueOf({ VersionStage: 'AWSPENDING', VersionId: version });
      } catch (error) {
        if (error instanceof ResourceNotFoundException) return null;
        throw error;
      }
    },
    async putPending(version, set) {
      await client.send(
        new PutSecretValueCommand({
          SecretId,
          ClientRequestToken: version,
          SecretString: JSON.stringify(set),
          VersionStages: ['AWSPENDING'],
        }),
      );
    },
    async stages() {
      const { VersionIdsToStages = {} } = await client.send(new DescribeSecretCommand({ SecretId }));
      return new Map(Object.entries(VersionIdsToStages));
    },
    async moveCurrent(from, to) {
      await client.send(
        new UpdateSecretVersionStageCommand({
          SecretId,
          VersionStage: 'AWSCURRENT',
          MoveToVersionId: to,
          ...(from === null ? {} : { RemoveFromVersionId: from }),
        }),
      );
    },
  };
}

/** The value is ours alone; one that is no key set was written by hand, and its text must not get into an error. */
function keySetIn(value: string | undefined): KeySet {
  const set = parsed(value ?? '');
  if (typeof set !== 'object' || set === null || !('keys' in set) || !Array.isArray(set.keys))
    throw new Error('The secret of the signing keys holds no key set.');
  return set as KeySet;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
