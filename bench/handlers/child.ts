import { pathToFileURL } from 'node:url';
import { visitEvent } from './visit-event.ts';

/**
 * One cold environment: imports a bundle, makes the first visit, then warm ones — alone and many at once — and reports
 * what each cost. Run as its own process by `bench/redirect-function.ts`.
 */
type Answer = { readonly statusCode?: number };
type Handler = (event: unknown, context: unknown) => Promise<Answer>;

const [, , bundle = '', code = ''] = process.argv;
const WARM_UP = 200;
const ALONE = 400;
const AT_ONCE = 32;
const ROUNDS = 40;

const context = {
  functionName: 'bench',
  awsRequestId: 'bench',
  memoryLimitInMB: '512',
  getRemainingTimeInMillis: () => 5_000,
};
const event = visitEvent(code, process.env['ORIGIN_SECRET'] ?? '');

const startedAtMs = performance.now();
const { handler } = (await import(pathToFileURL(bundle).href)) as { handler: Handler };
const first = await handler(event, context);
const coldMs = performance.now() - startedAtMs;
if (first.statusCode !== 302) throw new Error(`The first visit was answered ${JSON.stringify(first)}`);

async function cpuPerVisitUs(visits: number, run: () => Promise<unknown>): Promise<number> {
  const before = process.cpuUsage();
  await run();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / visits;
}

const visitAlone = async (visits: number): Promise<void> => {
  for (let index = 0; index < visits; index += 1) await handler(event, context);
};

await visitAlone(WARM_UP);
const aloneUs = await cpuPerVisitUs(ALONE, () => visitAlone(ALONE));
const sharedUs = await cpuPerVisitUs(AT_ONCE * ROUNDS, async () => {
  for (let round = 0; round < ROUNDS; round += 1)
    await Promise.all(Array.from({ length: AT_ONCE }, () => handler(event, context)));
});
process.stdout.write(JSON.stringify({ coldMs, aloneUs, sharedUs }));
process.exit(0);
