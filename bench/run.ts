import keepTogether from '../test/temporary-folder.ts';
import { benchBatch } from './batch.ts';
import { benchCounts } from './counts.ts';
import { benchCreate } from './create.ts';
import { benchLake } from './lake.ts';
import { benchQr } from './qr.ts';
import { benchQrPixels } from './qr-pixels.ts';
import { benchRedirect } from './redirect.ts';
import { benchRedirectFunction } from './redirect-function.ts';
import { benchSignIns } from './sign-ins.ts';
import { benchSummary } from './summary.ts';
import { benchUserAgents } from './user-agents.ts';

/** `npm run bench` runs all; `npm run bench -- redirect-function` one. Each prints ratios against a baseline of the same run. */
const BENCHES: Readonly<Record<string, () => Promise<void>>> = {
  redirect: benchRedirect,
  'redirect-function': benchRedirectFunction,
  create: benchCreate,
  counts: benchCounts,
  'sign-ins': benchSignIns,
  summary: benchSummary,
  lake: benchLake,
  'user-agents': benchUserAgents,
  qr: benchQr,
  'qr-pixels': benchQrPixels,
  batch: benchBatch,
};

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !Object.hasOwn(BENCHES, name));
if (unknown.length > 0) {
  console.error(`There is no bench ${unknown.join(', ')}; there are ${Object.keys(BENCHES).join(', ')}.`);
  process.exit(1);
}
keepTogether();
for (const [name, bench] of Object.entries(BENCHES)) {
  if (asked.length === 0 || asked.includes(name)) await bench();
}
process.exit(0);
