import { setTimeout as sleep } from 'node:timers/promises';
import type { KeptSecretPlan } from '../../../local/cloud/secrets.ts';
import { currentValue, moveStage, PENDING, putVersion, versionWithStage } from '../../../local/engines/secret.ts';
import { openSecretStore, type SecretStore } from '../../../local/engines/secret-store.ts';
import { dueAtMs } from '../../../local/rotation/rotation.ts';
import { type Rotator, startRotator } from '../../../local/rotation/rotator.ts';

const DAY_MS = 86_400_000;
const secretPlan = (name: string, rotation: Partial<KeptSecretPlan['rotation']> | null): KeptSecretPlan => ({
  name,
  arn: `arn:${name}`,
  description: null,
  literal: 'first',
  lengthChars: 32,
  exclude: '',
  template: null,
  rotation:
    rotation === null
      ? null
      : { functionName: 'Rotate', functionArn: 'arn:rotate', everyS: 86_400, atOnce: true, rules: {}, ...rotation },
});

type StepEvent = { readonly Step: string; readonly SecretId: string; readonly ClientRequestToken: string };

/** A function that puts one more letter into the secret, and a store around it. */
function bench(failing: (event: StepEvent) => boolean = () => false) {
  const store = openSecretStore();
  store.ensure('Keys', () => 'first');
  const [steps, lines]: [StepEvent[], string[]] = [[], []];
  let nowMs = 1_000;
  async function invoke(_functionName: string, given: unknown): Promise<unknown> {
    const event = given as StepEvent;
    steps.push(event);
    await sleep(1);
    if (failing(event)) throw new Error('boom');
    const id = event.ClientRequestToken;
    const secret = secretIn(store);
    const current = versionWithStage(secret, 'AWSCURRENT');
    if (event.Step === 'createSecret') {
      store.put(putVersion(secret, { id, value: `${current?.value}+`, stages: [PENDING] }, nowMs));
    }
    if (event.Step === 'finishSecret') {
      store.put(moveStage(secret, 'AWSCURRENT', { from: current?.id ?? null, to: id }, nowMs));
    }
    return null;
  }
  const deps = { store, invoke, nowMs: () => nowMs, log: (line: string) => void lines.push(line) };
  return { store, deps, steps, lines, passTime: (ms: number) => (nowMs += ms) };
}

function secretIn(store: SecretStore) {
  const secret = store.get('Keys');
  if (secret === undefined) throw new Error('The secret is gone.');
  return secret;
}

async function withRotator(
  deps: Parameters<typeof startRotator>[1],
  use: (rotator: Rotator) => Promise<void>,
  rotation: Parameters<typeof secretPlan>[1] = {},
): Promise<void> {
  const rotator = startRotator([secretPlan('Keys', rotation), secretPlan('Origin', null)], deps);
  try {
    await use(rotator);
  } finally {
    await rotator.close();
  }
}

describe('the first rotation', () => {
  test('is four steps with one token, and done once', async () => {
    const { deps, steps, store } = bench();
    await withRotator(deps, async (rotator) => {
      for (let start = 0; start < 2; start += 1) await rotator.first();
    });
    expect(steps.map(({ Step }) => Step)).toEqual(['createSecret', 'setSecret', 'testSecret', 'finishSecret']);
    expect(new Set(steps.map(({ ClientRequestToken }) => ClientRequestToken)).size).toBe(1);
    expect(steps[0]?.SecretId).toBe('arn:Keys');
    expect([currentValue(secretIn(store)), secretIn(store).rotatedAtMs]).toEqual(['first+', 1_000]);
  });

  test('goes on with its token when a step failed, and is logged', async () => {
    let failures = 1;
    const { deps, steps, store, lines } = bench(({ Step }) => Step === 'testSecret' && failures-- > 0);
    await withRotator(deps, (rotator) => rotator.first());
    expect(new Set(steps.map(({ ClientRequestToken }) => ClientRequestToken)).size).toBe(1);
    expect(lines).toEqual([expect.stringMatching(/rotation of Keys failed at testSecret: Error: boom/)]);
    expect(secretIn(store).rotatedAtMs).not.toBeNull();
  });

  test('that cannot be done is an error that names the step', async () => {
    const { deps } = bench(() => true);
    await withRotator(deps, (rotator) => expect(rotator.first()).rejects.toThrow(/Keys failed at createSecret/));
  });

  test('waits for its day where the schedule does not begin at once', async () => {
    const { deps, steps } = bench();
    await withRotator(deps, (rotator) => rotator.first(), { atOnce: false });
    expect(steps).toEqual([]);
  });
});

describe('later rotations', () => {
  test('are due when the interval is over since the last one', async () => {
    const { deps, store, passTime } = bench();
    const keys = secretPlan('Keys', {});
    expect(dueAtMs(keys, store)).toBe(secretIn(store).createdAtMs);
    await withRotator(deps, (rotator) => rotator.rotate());
    expect(dueAtMs(keys, store)).toBe(1_000 + DAY_MS);
    passTime(5);
    await withRotator(deps, (rotator) => rotator.rotate('Keys'));
    expect(dueAtMs(keys, store)).toBe(1_005 + DAY_MS);
    expect(dueAtMs(secretPlan('Origin', null), store)).toBeNull();
  });

  test('come by themselves when they are due', async () => {
    jest.useFakeTimers({ doNotFake: ['setImmediate', 'nextTick', 'setTimeout'] });
    try {
      const { deps, steps, passTime } = bench();
      await withRotator(deps, async (rotator) => {
        await rotator.first();
        jest.advanceTimersByTime(60_000);
        await sleep(30);
        expect(steps).toHaveLength(4);
        passTime(DAY_MS);
        jest.advanceTimersByTime(60_000);
        await sleep(30);
        expect(steps).toHaveLength(8);
      });
    } finally {
      jest.useRealTimers();
    }
  });

  test('asked for at the same time come one after the other', async () => {
    const { deps, steps, store } = bench();
    await withRotator(deps, (rotator) => Promise.all([rotator.rotate(), rotator.rotate('Keys')]).then(() => undefined));
    expect(currentValue(secretIn(store))).toBe('first++');
    const tokens = steps.map(({ ClientRequestToken }) => ClientRequestToken);
    expect([new Set(tokens.slice(0, 4)).size, new Set(tokens.slice(4)).size]).toEqual([1, 1]);
  });

  test('of a secret that nothing rotates are refused', async () => {
    const { deps } = bench();
    await withRotator(deps, (rotator) => expect(rotator.rotate('Origin')).rejects.toThrow(/rotates Origin/));
  });
});
