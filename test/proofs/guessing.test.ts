import type { Answer } from '../fixtures/http-client.ts';
import type { RunningSignpost } from '../fixtures/running-signpost.ts';
import { startSignpost } from '../fixtures/running-signpost.ts';
import { figures } from './figures.ts';
import { isFull, LIMIT_MS, sized } from './scale.ts';

/** Bar B9: whatever addresses the guesses come from, ten are looked at in a quarter of an hour, and the owner gets in. */
const GUESSES = sized(200, 10_000);
const AT_ONCE = 25;
const SAMPLES = sized(20, 200);
/** Below the ten that lock an account. */
const GUESSES_PER_ACCOUNT = 8;

const measured = figures('Guessing passwords');
let signpost: RunningSignpost;
beforeAll(async () => {
  signpost = await startSignpost();
}, LIMIT_MS);
afterAll(async () => {
  await signpost.stop();
  measured.print();
});

const addressOf = (client: number): string => `198.${51 + (client >> 16)}.${(client >> 8) & 255}.${client & 255}`;

function signIn(email: string, password: string, client: number, cookie = ''): Promise<Answer> {
  const headers = {
    authorization: '',
    'x-signpost-viewer': `address=${addressOf(client)}`,
    ...(cookie === '' ? {} : { cookie }),
  };
  return signpost.api('POST', '/v1/auth/login', { email, password }, headers);
}

const cookiesOf = ({ headers }: Answer): string =>
  (headers['set-cookie'] ?? []).map((cookie) => cookie.split(';')[0] ?? '').join('; ');
const wordOf = ({ body }: Answer): string => (JSON.parse(body) as { error?: string }).error ?? 'signed in';

/** Addresses of new accounts. */
const newAccounts = (count: number): Promise<readonly string[]> =>
  Promise.all(
    Array.from({ length: count }, async (_, index) => {
      const email = `known-${index}@example.com`;
      const command = { command: 'create-user', email, name: 'Known', password: `correct horse ${index} battery` };
      const answer = (await signpost.laptop.host.invoke(signpost.fn('admin').name, command)) as { error?: string };
      if (answer.error !== undefined) throw new Error(JSON.stringify(answer));
      return email;
    }),
  );

test(
  `of ${GUESSES} guesses at one account from as many addresses ten are looked at, and a known device still gets in`,
  async () => {
    const { email, password } = signpost.demo;
    const known = cookiesOf(await signIn(email, password, 0));
    const words = new Map<string, number>();
    for (let guess = 1; guess <= GUESSES; ) {
      const answers = await Promise.all(
        Array.from({ length: Math.min(AT_ONCE, GUESSES + 1 - guess) }, (_, index) =>
          signIn(email, `wrong password ${guess + index}`, guess + index),
        ),
      );
      // Who is turned away at the gate has tried nothing, and comes again.
      const counted = answers.map(wordOf).filter((word) => word !== 'SERVICE_UNAVAILABLE');
      for (const word of counted) words.set(word, (words.get(word) ?? 0) + 1);
      guess += counted.length;
    }
    expect(Object.fromEntries(words)).toEqual({ INVALID_CREDENTIALS: 10, SIGN_IN_LOCKED: GUESSES - 10 });

    const locked = await signIn(email, password, GUESSES + 1);
    expect([locked.status, wordOf(locked)]).toEqual([429, 'SIGN_IN_LOCKED']);
    expect(Number(locked.headers['retry-after'])).toBeGreaterThan(0);
    expect((await signIn(email, password, GUESSES + 2, known)).status).toBe(200);
    measured.add(`${GUESSES} guesses from as many addresses`, '10 looked at, then the right one is refused too');
    measured.add('the owner’s known device meanwhile', 'gets in');
  },
  LIMIT_MS,
);

test(
  'one client that tries many accounts is stopped after fifty',
  async () => {
    const words = new Map<string, number>();
    for (let guess = 0; guess < 60; guess += 1) {
      const word = wordOf(await signIn(`person-${guess}@example.com`, 'wrong password', 1_000_000));
      words.set(word, (words.get(word) ?? 0) + 1);
    }
    expect(Object.fromEntries(words)).toEqual({ INVALID_CREDENTIALS: 50, SIGN_IN_LOCKED: 10 });
  },
  LIMIT_MS,
);

test(
  'a known address answers as fast as an unknown one',
  async () => {
    const accounts = await newAccounts(Math.ceil(SAMPLES / GUESSES_PER_ACCOUNT));
    const timed = { known: [] as number[], unknown: [] as number[] };
    for (let sample = 0; sample < SAMPLES; sample += 1) {
      const pair = [
        ['known', accounts[Math.floor(sample / GUESSES_PER_ACCOUNT)] ?? ''],
        ['unknown', `nobody-${Math.floor(sample / GUESSES_PER_ACCOUNT)}@example.com`],
      ] as const;
      // By turns, so that what follows what favours neither.
      for (const [kind, address] of sample % 2 === 0 ? pair : pair.toReversed()) {
        const answer = await signIn(address, 'wrong password', 2_000_000 + sample);
        expect([answer.status, wordOf(answer)]).toEqual([401, 'INVALID_CREDENTIALS']);
        timed[kind].push(answer.endedAtMs - answer.startedAtMs);
      }
    }
    const medians = [timed.known, timed.unknown].map((times) => times.toSorted((a, b) => a - b)[SAMPLES >> 1] ?? 0);
    const [known = 0, unknown = 0] = medians;
    measured.add(
      `login, ${SAMPLES} samples each, known and unknown address`,
      `medians ${known.toFixed(1)} and ${unknown.toFixed(1)} ms, ${Math.abs(known - unknown).toFixed(1)} ms apart`,
    );
    // The bar is for the full size, which runs alone: a machine under load is noisy.
    if (isFull) expect(Math.abs(known - unknown)).toBeLessThan(5);
  },
  LIMIT_MS,
);
