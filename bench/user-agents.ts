import Bowser from 'bowser';
import { readUserAgent } from '../core/clicks/user-agent.ts';
import { MACHINES, PEOPLE } from '../test/fixtures/user-agents.ts';
import { median, printTable } from './report.ts';

/**
 * The question: what does it cost to read a user agent that was never seen, beside bowser alone, which tells no machine,
 * no app and few televisions? The bar is 80 µs.
 */
const RUNS = 15;
const ROUNDS = 20;

export function benchUserAgents(): Promise<void> {
  const groups = {
    people: PEOPLE.map(([userAgent]) => userAgent),
    machines: MACHINES.map(([userAgent]) => userAgent).filter((userAgent) => userAgent.trim() !== ''),
  };
  const rows = Object.entries(groups).map(([name, userAgents]) => {
    const ours: number[] = [];
    const alone: number[] = [];
    for (let run = 0; run < RUNS; run += 1) {
      ours.push(microsecondsEach(userAgents, readUserAgent));
      alone.push(microsecondsEach(userAgents, Bowser.parse));
    }
    const ratio = median(ours) / median(alone);
    return [name, String(userAgents.length), median(ours).toFixed(1), median(alone).toFixed(1), ratio.toFixed(2)];
  });
  printTable(
    `User agents, medians of ${RUNS} runs`,
    ['', 'user agents', 'ours µs', 'bowser alone µs', '× bowser'],
    rows,
  );
  return Promise.resolve();
}

function microsecondsEach(userAgents: readonly string[], read: (userAgent: string) => unknown): number {
  const startedMs = performance.now();
  for (let round = 0; round < ROUNDS; round += 1) for (const userAgent of userAgents) read(userAgent);
  return ((performance.now() - startedMs) * 1_000) / ROUNDS / userAgents.length;
}
