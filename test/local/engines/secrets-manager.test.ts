import {
  DescribeSecretCommand,
  GetRandomPasswordCommand,
  GetSecretValueCommand,
  type GetSecretValueCommandInput,
  PutSecretValueCommand,
  type PutSecretValueCommandInput,
  SecretsManagerClient,
  UpdateSecretVersionStageCommand,
} from '@aws-sdk/client-secrets-manager';
import type { EngineCall } from '../../../local/engines/engine.ts';
import { roleAuthorizer } from '../../../local/engines/iam.ts';
import { beginRotation } from '../../../local/engines/secret.ts';
import type { SecretDefinition } from '../../../local/engines/secret-operations.ts';
import { openSecretStore, type SecretStore } from '../../../local/engines/secret-store.ts';
import { type SecretsManagerEngine, startSecretsManager } from '../../../local/engines/secrets-manager.ts';
import { CLIENT, CREDENTIALS, everyone } from './everyone.ts';

const ARN = 'arn:aws:secretsmanager:us-east-1:000000000000:secret:Keys-AbCdEf';
const NAME = 'Keys';
const [FIRST, SECOND, THIRD] = ['a', 'b', 'c'].map((letter) => letter.repeat(36)) as [string, string, string];

const keys: SecretDefinition = {
  name: NAME,
  arn: ARN,
  description: 'Signing keys',
  rotation: { functionArn: 'arn:rotate', rules: { AutomaticallyAfterDays: 30 }, everyS: 30 * 86_400 },
};

type Bench = { client: SecretsManagerClient; store: SecretStore; engine: SecretsManagerEngine };

async function withEngine(use: (bench: Bench) => Promise<void>, authorize = everyone): Promise<void> {
  const store = openSecretStore();
  store.ensure(NAME, () => 'first value');
  const engine = await startSecretsManager({ store, secrets: [keys], authorize });
  const client = new SecretsManagerClient({ ...CLIENT, endpoint: engine.url });
  try {
    await use({ client, store, engine });
  } finally {
    client.destroy();
    await engine.close();
  }
}

const get = async (client: SecretsManagerClient, input: Partial<GetSecretValueCommandInput> = {}) =>
  (await client.send(new GetSecretValueCommand({ SecretId: ARN, ...input }))).SecretString;

const put = (client: SecretsManagerClient, input: Partial<PutSecretValueCommandInput>) =>
  client.send(new PutSecretValueCommand({ SecretId: ARN, SecretString: 'value', ...input }));

const stagesOf = async (client: SecretsManagerClient) =>
  (await client.send(new DescribeSecretCommand({ SecretId: ARN }))).VersionIdsToStages ?? {};

const refused = (name: string) => expect.objectContaining({ name }) as unknown;

describe('a secret', () => {
  it.each([
    ['its ARN', ARN],
    ['its ARN without the suffix', ARN.slice(0, -7)],
    ['its name', NAME],
  ])('is found by %s', (_claim, SecretId) =>
    withEngine(async ({ client }) => {
      const found = await client.send(new GetSecretValueCommand({ SecretId }));
      expect(found).toMatchObject({ ARN, Name: NAME, SecretString: 'first value', VersionStages: ['AWSCURRENT'] });
      expect(found.CreatedDate?.getTime()).toBeCloseTo(Date.now(), -5);
    }),
  );

  it('that no template has is not found', () =>
    withEngine(async ({ client }) => {
      await expect(get(client, { SecretId: 'Other' })).rejects.toEqual(refused('ResourceNotFoundException'));
    }));

  it('tells what rotates it, and when next', () =>
    withEngine(async ({ client, store }) => {
      const before = await client.send(new DescribeSecretCommand({ SecretId: NAME }));
      expect(before).toMatchObject({
        ARN,
        Description: 'Signing keys',
        RotationEnabled: true,
        RotationLambdaARN: 'arn:rotate',
        RotationRules: { AutomaticallyAfterDays: 30 },
      });
      expect(before.LastRotatedDate).toBeUndefined();
      const secret = store.get(NAME);
      if (secret !== undefined) store.put({ ...secret, rotatedAtMs: 1_000_000 });
      const after = await client.send(new DescribeSecretCommand({ SecretId: NAME }));
      expect([after.LastRotatedDate?.getTime(), after.NextRotationDate?.getTime()]).toEqual([
        1_000_000,
        1_000_000 + 30 * 86_400_000,
      ]);
    }));
});

describe('versions and labels', () => {
  it('a new value becomes the current one, the former stays the previous one', () =>
    withEngine(async ({ client }) => {
      await put(client, { ClientRequestToken: FIRST, SecretString: 'one' });
      const answer = await put(client, { ClientRequestToken: SECOND, SecretString: 'two' });
      expect(answer).toMatchObject({ ARN, Name: NAME, VersionId: SECOND, VersionStages: ['AWSCURRENT'] });
      expect(await get(client)).toBe('two');
      expect(await get(client, { VersionStage: 'AWSPREVIOUS' })).toBe('one');
      expect(await get(client, { VersionId: FIRST })).toBe('one');
      expect(await stagesOf(client)).toEqual({ [FIRST]: ['AWSPREVIOUS'], [SECOND]: ['AWSCURRENT'] });
    }));

  it('a value put with other labels leaves the current one alone', () =>
    withEngine(async ({ client }) => {
      await put(client, { ClientRequestToken: FIRST, SecretString: 'next', VersionStages: ['AWSPENDING'] });
      expect(await get(client)).toBe('first value');
      expect(await get(client, { VersionStage: 'AWSPENDING' })).toBe('next');
    }));

  it('the same token with the same value is the same version, with another one it is taken', () =>
    withEngine(async ({ client }) => {
      await put(client, { ClientRequestToken: FIRST, SecretString: 'one' });
      await put(client, { ClientRequestToken: SECOND, SecretString: 'two' });
      await put(client, { ClientRequestToken: FIRST, SecretString: 'one' });
      expect(await get(client)).toBe('two');
      await expect(put(client, { ClientRequestToken: FIRST, SecretString: 'other' })).rejects.toEqual(
        refused('ResourceExistsException'),
      );
    }));

  it.each<[claim: string, input: Partial<GetSecretValueCommandInput>, error: string]>([
    ['a label nothing has', { VersionStage: 'AWSPENDING' }, 'ResourceNotFoundException'],
    ['a version that is not there', { VersionId: THIRD }, 'ResourceNotFoundException'],
    ['a version and a label it has not', { VersionId: FIRST, VersionStage: 'AWSCURRENT' }, 'InvalidRequestException'],
  ])('%s is %s', (_claim, input, error) =>
    withEngine(async ({ client }) => {
      await put(client, { ClientRequestToken: FIRST, VersionStages: ['AWSPENDING'] });
      await client.send(
        new UpdateSecretVersionStageCommand({ SecretId: ARN, VersionStage: 'AWSPENDING', RemoveFromVersionId: FIRST }),
      );
      await expect(get(client, input)).rejects.toEqual(refused(error));
    }),
  );

  it('a rotation is announced without a value, filled, and made current by moving the label', () =>
    withEngine(async ({ client, store }) => {
      await put(client, { ClientRequestToken: FIRST, SecretString: 'one' });
      const secret = store.get(NAME);
      if (secret === undefined) throw new Error('The secret is gone.');
      store.put(beginRotation(secret, SECOND, 0).secret);
      expect((await stagesOf(client))[SECOND]).toEqual(['AWSPENDING']);
      const pending = { VersionId: SECOND, VersionStage: 'AWSPENDING' };
      await expect(get(client, pending)).rejects.toEqual(refused('ResourceNotFoundException'));
      await put(client, { ClientRequestToken: SECOND, SecretString: 'two', VersionStages: ['AWSPENDING'] });
      expect([await get(client, pending), await get(client)]).toEqual(['two', 'one']);
      const move = { SecretId: ARN, VersionStage: 'AWSCURRENT', MoveToVersionId: SECOND, RemoveFromVersionId: FIRST };
      for (let time = 0; time < 2; time += 1) await client.send(new UpdateSecretVersionStageCommand(move));
      expect(await get(client)).toBe('two');
      expect(await stagesOf(client)).toEqual({ [FIRST]: ['AWSPREVIOUS'], [SECOND]: ['AWSPENDING', 'AWSCURRENT'] });
    }));

  it.each<[claim: string, move: object, error: string]>([
    ['taken from nobody', { VersionStage: 'AWSCURRENT', MoveToVersionId: FIRST }, 'InvalidParameterException'],
    [
      'taken from who has it not',
      { VersionStage: 'AWSCURRENT', MoveToVersionId: FIRST, RemoveFromVersionId: FIRST },
      'InvalidParameterException',
    ],
    [
      'given to a version that is not there',
      { VersionStage: 'AWSCURRENT', MoveToVersionId: THIRD, RemoveFromVersionId: SECOND },
      'ResourceNotFoundException',
    ],
    ['left to nobody', { VersionStage: 'AWSCURRENT', RemoveFromVersionId: SECOND }, 'InvalidParameterException'],
    ['neither given nor taken', { VersionStage: 'AWSCURRENT' }, 'InvalidParameterException'],
  ])('the current label cannot be %s', (_claim, move, error) =>
    withEngine(async ({ client }) => {
      for (const ClientRequestToken of [FIRST, SECOND]) await put(client, { ClientRequestToken });
      const command = new UpdateSecretVersionStageCommand({ SecretId: ARN, VersionStage: '', ...move });
      await expect(client.send(command)).rejects.toEqual(refused(error));
      expect((await stagesOf(client))[SECOND]).toEqual(['AWSCURRENT']);
    }),
  );

  it('of many versions the unlabelled oldest go', () =>
    withEngine(async ({ client, store }) => {
      const ids = Array.from({ length: 105 }, (_, index) => String(index).padStart(36, '0'));
      for (const ClientRequestToken of ids) await put(client, { ClientRequestToken });
      expect(store.get(NAME)?.versions.map(({ id }) => id)).toEqual(ids.slice(-100));
    }));
});

describe('Secrets Manager', () => {
  it('refuses what it does not know and values that are no text', () =>
    withEngine(async ({ client }) => {
      await expect(client.send(new GetRandomPasswordCommand({}))).rejects.toEqual(refused('UnknownOperationException'));
      await expect(put(client, { SecretString: undefined, SecretBinary: new Uint8Array(3) })).rejects.toEqual(
        refused('InvalidParameterException'),
      );
      await expect(put(client, { ClientRequestToken: 'short' })).rejects.toEqual(refused('InvalidParameterException'));
    }));

  it("asks the caller's role, for the action and for the secret's ARN however it is named", async () => {
    const statements = [{ effect: 'Allow' as const, actions: ['secretsmanager:GetSecretValue'], resources: [ARN] }];
    const iam = roleAuthorizer([{ name: 'Auth', ...CREDENTIALS, statements }]);
    const seen: EngineCall[] = [];
    await withEngine(
      async ({ client }) => {
        expect(await get(client, { SecretId: NAME })).toBe('first value');
        await expect(put(client, {})).rejects.toEqual(refused('AccessDeniedException'));
        await expect(get(client, { SecretId: 'Other' })).rejects.toEqual(refused('AccessDeniedException'));
      },
      (call) => {
        seen.push(call);
        return iam.authorize(call);
      },
    );
    expect(seen.map(({ action, resourceArns }) => [action, ...resourceArns])).toEqual([
      ['secretsmanager:GetSecretValue', ARN],
      ['secretsmanager:PutSecretValue', ARN],
      ['secretsmanager:GetSecretValue', 'Other'],
    ]);
    expect([...iam.denials()]).toHaveLength(2);
  });

  it('fails as a test wants it to', () =>
    withEngine(async ({ client, engine }) => {
      engine.faultFor = () => ({ kind: 'refuse', status: 500, errorType: 'InternalServiceError' });
      await expect(get(client)).rejects.toEqual(refused('InternalServiceError'));
      engine.faultFor = () => ({ kind: 'lose-answer' });
      await expect(put(client, { ClientRequestToken: FIRST, SecretString: 'done' })).rejects.toThrow();
      engine.faultFor = null;
      expect(await get(client)).toBe('done');
    }));
});
