// State machines in a process of their own, for tests that kill it. Tells its URL and lives until then; each call of the
// function is written down when it begins and when it has ended.
import { appendFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { StateMachinePlan } from '../../../local/cloud/state-machines.ts';
import { startStepFunctions } from '../../../local/engines/step-functions.ts';

const folder = process.argv[2] ?? '';
const machines = JSON.parse(readFileSync(join(folder, 'machines.json'), 'utf8')) as StateMachinePlan[];
const tell = (line: string): void => appendFileSync(join(folder, 'calls.log'), `${line}\n`);

const engine = await startStepFunctions({ machines, authorize: () => ({ allowed: true }), dataDir: folder });
await engine.play(
  {
    endpoints: {},
    async invoke(_name, event) {
      const { task } = event as { task: string };
      tell(`begun ${task}`);
      await sleep(4);
      tell(`ended ${task}`);
      return { done: task };
    },
  },
  () => undefined,
);
process.send?.(engine.url);
