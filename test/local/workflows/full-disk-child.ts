// Fills a ledger until the disk takes no more, for a test that limits how long a file may be. Prints the names that were kept.
import { type Execution, openLedger } from '../../../local/workflows/ledger.ts';

const ledger = openLedger(process.argv[2] ?? '');
const executionOf = (name: string, input: string): Execution => ({
  arn: `arn:${name}`,
  machineArn: 'arn:machine',
  name,
  input,
  startedAtMs: Date.now(),
  status: 'RUNNING',
  stoppedAtMs: null,
  output: null,
  error: null,
  cause: null,
});

const kept: string[] = [];
const put = (name: string, input: string): void => {
  ledger.put(executionOf(name, input));
  kept.unshift(name);
};
try {
  for (let n = 0; ; n += 1) put(`large${n}`, JSON.stringify('x'.repeat(1_000)));
} catch {
  put('small', '{}');
}
process.stdout.write(JSON.stringify({ kept, known: ledger.all().map(({ name }) => name) }));
