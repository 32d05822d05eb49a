import type { Answer } from '../fixtures/http-client.ts';
import type { RunningSignpost } from '../fixtures/running-signpost.ts';
import { startSignpost } from '../fixtures/running-signpost.ts';
import type { SignpostClient } from '../fixtures/signpost-client.ts';
import { signpostClient } from '../fixtures/signpost-client.ts';
import { figures } from './figures.ts';
import { LIMIT_MS, sized } from './scale.ts';

const ROUNDS = sized(
  { alias: 3, quota: 1, budget: 1, guesses: 1, sameTarget: 3 },
  { alias: 200, quota: 3, budget: 20, guesses: 5, sameTarget: 100 },
);

const measured = figures('Races: one conditional write decides');
let signpost: RunningSignpost;
let freePlan: SignpostClient;
beforeAll(async () => {
  signpost = await startSignpost();
  const { app, short, free_api_key } = signpost.demo;
  freePlan = signpostClient({ app, short }, free_api_key);
}, LIMIT_MS);
afterAll(async () => {
  freePlan.close();
  await signpost.stop();
  measured.print();
});

const inParallel = <T>(count: number, one: (index: number) => Promise<T>): Promise<readonly T[]> =>
  Promise.all(Array.from({ length: count }, (_, index) => one(index)));

/** `{201: 1, 409: 99}` */
function statusesOf(answers: readonly Answer[]): Readonly<Record<number, number>> {
  const counts: Record<number, number> = {};
  for (const { status } of answers) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}

const rounds = (count: number): readonly number[] => Array.from({ length: count }, (_, round) => round);
const codeIn = ({ body }: Answer): string => (JSON.parse(body) as { short_code: string }).short_code;

test(
  'of 100 parallel creates of one alias one wins and 99 are told it is taken',
  async () => {
    for (const round of rounds(ROUNDS.alias)) {
      const alias = `race-${round}`;
      const answers = await inParallel(100, (index) =>
        signpost.api('POST', '/v1/urls', { original_url: `https://example.com/${index}`, custom_alias: alias }),
      );
      expect(statusesOf(answers)).toEqual({ 201: 1, 409: 99 });
      const winner = answers.findIndex(({ status }) => status === 201);
      expect((await signpost.visit(alias)).headers.location).toBe(`https://example.com/${winner}`);
    }
    measured.add(`100 creates of one alias, ${ROUNDS.alias} times`, '1 × 201, 99 × 409 each time');
  },
  LIMIT_MS,
);

test(
  'a workspace with 10 creates a minute gets exactly 10 of 100 parallel ones',
  async () => {
    for (const round of rounds(ROUNDS.quota)) {
      if (round > 0) await new Promise((resolve) => setTimeout(resolve, 61_000));
      const answers = await inParallel(100, (index) =>
        freePlan.api('POST', '/v1/urls', { original_url: `https://example.com/quota/${index}` }),
      );
      expect(statusesOf(answers)).toEqual({ 201: 10, 429: 90 });
    }
    measured.add(`limit 10, 100 parallel creates, ${ROUNDS.quota} times`, '10 × 201, 90 × 429 each time');
  },
  LIMIT_MS,
);

test(
  'of 1,000 parallel visits to a link for 100 exactly 100 get through and are counted',
  async () => {
    for (const _round of rounds(ROUNDS.budget)) {
      const created = await signpost.api('POST', '/v1/urls', {
        original_url: 'https://example.com/n',
        max_clicks: 100,
      });
      const code = codeIn(created);
      const answers = await inParallel(1_000, () => signpost.visit(code));
      expect(statusesOf(answers)).toEqual({ 302: 100, 410: 900 });
      expect((await signpost.visit(code)).status).toBe(410);
      await signpost.laptop.pumps.idle();
      const stats = JSON.parse((await signpost.api('GET', `/v1/urls/${code}/stats`)).body) as { total: number };
      expect(stats.total).toBe(100);
    }
    measured.add(`max_clicks 100, 1,000 parallel visits, ${ROUNDS.budget} times`, '100 × 302, 900 × 410, 100 counted');
  },
  LIMIT_MS,
);

test(
  'of 200 parallel password guesses at most 5 are looked at, and then the right one is refused too',
  async () => {
    for (const round of rounds(ROUNDS.guesses)) {
      const alias = `guess-${round}`;
      const password = 'the right one';
      await signpost.api('POST', '/v1/urls', { original_url: 'https://example.com/s', custom_alias: alias, password });
      const guess = (text: string) => signpost.api('POST', `/v1/urls/${alias}/unlock`, { password: text });
      const answers = await inParallel(200, (index) => guess(`wrong ${index}`));
      expect(statusesOf(answers)).toEqual({ 401: 5, 429: 195 });
      expect((await guess(password)).status).toBe(429);
    }
    measured.add(
      `200 parallel guesses, ${ROUNDS.guesses} times`,
      '5 looked at, 195 refused, then the right one refused',
    );
  },
  LIMIT_MS,
);

test(
  'of 20 parallel creates with if_exists: return one makes the link and all get it',
  async () => {
    for (const round of rounds(ROUNDS.sameTarget)) {
      const body = { original_url: `https://example.com/same/${round}`, if_exists: 'return' };
      const answers = await inParallel(20, () => signpost.api('POST', '/v1/urls', body));
      expect(statusesOf(answers)).toEqual({ 200: 19, 201: 1 });
      expect(new Set(answers.map(codeIn)).size).toBe(1);
    }
    measured.add(`if_exists: return by 20, ${ROUNDS.sameTarget} times`, 'one link each time');
  },
  LIMIT_MS,
);
