import { spawnSync } from 'node:child_process';
import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ChildResult, type Journal, openJournal, type Position } from '../../../local/workflows/journal.ts';
import { type Execution, openLedger } from '../../../local/workflows/ledger.ts';
import { temporaryFolders } from '../engines/folder.ts';

const newFolder = temporaryFolders();
const at = (step: number, more: Partial<Position> = {}): Position => ({
  step,
  state: `S${step}`,
  input: { step },
  enteredAtMs: 1_000,
  retriesUsed: [],
  retryAtMs: null,
  ...more,
});
const childOf = (index: number): ChildResult => ({
  index,
  name: `child-${index}`,
  status: 'SUCCEEDED',
  items: 10,
  startedAtMs: 1,
  stoppedAtMs: 2,
  output: index,
});

async function childrenOf(journal: Journal, path: string): Promise<readonly ChildResult[]> {
  const children: ChildResult[] = [];
  for await (const child of journal.children(path)) children.push(child);
  return children;
}

describe.each(['in a file', 'in memory'])('a journal %s', (kind) => {
  const newJournal = () => openJournal(kind === 'in memory' ? null : join(newFolder(), 'journal.jsonl'));

  it('knows where each sequence stands, what has ended below it, and forgets that with the next state', async () => {
    const journal = await newJournal();
    expect(journal.position('')).toBeNull();
    journal.enter('', at(0));
    journal.enter('/0.0/0', at(3));
    journal.finish('/0.0', 1, { done: true });
    expect(journal.position('/0.0/0')).toEqual(at(3));
    expect([...journal.outputs('/0.0')]).toEqual([[1, { done: true }]]);
    journal.enter('', at(1));
    expect(journal.position('')).toEqual(at(1));
    expect(journal.position('/0.0/0')).toBeNull();
    expect(journal.outputs('/0.0').size).toBe(0);
    journal.close();
  });

  it('has the children of each map, and what is needed to go on without them', async () => {
    const journal = await newJournal();
    for (const index of [2, 0, 1]) journal.finishChild('/4.0', childOf(index));
    journal.finishChild('/5.0', childOf(9));
    expect(await childrenOf(journal, '/4.0')).toEqual([childOf(2), childOf(0), childOf(1)]);
    expect(journal.finishedChildren('/4.0')).toContainEqual({ index: 0, status: 'SUCCEEDED', items: 10 });
    journal.close();
  });
});

it('a journal that is opened again knows all but the line that a crash cut short', async () => {
  const path = join(newFolder(), 'journal.jsonl');
  const first = await openJournal(path);
  first.enter('', at(7, { retriesUsed: [2], retryAtMs: 5_000 }));
  first.finish('/7.2', 0, 'größer');
  first.finishChild('/7.2', childOf(5));
  first.close();
  appendFileSync(path, '["enter","",{"step":8,"sta');

  const second = await openJournal(path);
  expect(second.position('')).toEqual(at(7, { retriesUsed: [2], retryAtMs: 5_000 }));
  second.enter('', at(8));
  second.close();
  const third = await openJournal(path);
  expect(third.position('')).toEqual(at(8));
  third.remove();
  expect(existsSync(path)).toBe(false);
});

it('a journal goes as far as a power cut left it whole', async () => {
  const path = join(newFolder(), 'journal.jsonl');
  const first = await openJournal(path);
  first.enter('', at(1));
  first.close();
  appendFileSync(path, `\0\0\0\n${JSON.stringify(['enter', '', at(3)])}\n`);
  const second = await openJournal(path);
  expect(second.position('')).toEqual(at(1));
  second.enter('', at(2));
  second.close();
  const third = await openJournal(path);
  expect(third.position('')).toEqual(at(2));
  third.close();
});

describe('a ledger', () => {
  const DAY_MS = 86_400_000;
  const executionOf = (name: string, more: Partial<Execution> = {}): Execution => ({
    arn: `arn:${name}`,
    machineArn: 'arn:machine',
    name,
    input: '{}',
    startedAtMs: 0,
    status: 'SUCCEEDED',
    stoppedAtMs: 1,
    output: '{}',
    error: null,
    cause: null,
    ...more,
  });
  const namesIn = (dataDir: string, nowMs = 0): readonly string[] => {
    const ledger = openLedger(dataDir, () => nowMs);
    ledger.close();
    return ledger.all().map(({ name }) => name);
  };

  it('keeps what runs however old it is, and what is over for 90 days', () => {
    const dataDir = newFolder();
    const ledger = openLedger(dataDir, () => 0);
    ledger.put(executionOf('running', { status: 'RUNNING' }));
    ledger.put(executionOf('old'));
    ledger.put(executionOf('young', { startedAtMs: 2 * DAY_MS }));
    ledger.close();
    appendFileSync(join(dataDir, 'executions.jsonl'), '{"arn":"arn:cut');
    expect(namesIn(dataDir)).toEqual(['young', 'old', 'running']);
    expect(namesIn(dataDir, 91 * DAY_MS)).toEqual(['young', 'running']);
  });

  it('goes as far as a power cut left it whole', () => {
    const dataDir = newFolder();
    const ledger = openLedger(dataDir, () => 0);
    ledger.put(executionOf('first'));
    ledger.close();
    appendFileSync(join(dataDir, 'executions.jsonl'), `\0\0\0\n${JSON.stringify(executionOf('second'))}\n`);
    expect(namesIn(dataDir)).toEqual(['first']);
  });

  it('that the disk has no more room for says so, keeps what it took, and takes what fits', () => {
    const dataDir = newFolder();
    // 4 KiB; a longer file is refused to the process, as by a full disk.
    const limited = [
      '-c',
      'ulimit -f 8 && exec "$0" "$@"',
      process.execPath,
      join(__dirname, 'full-disk-child.ts'),
      dataDir,
    ];
    const { kept, known } = JSON.parse(spawnSync('sh', limited, { encoding: 'utf8' }).stdout) as Record<
      string,
      string[]
    >;
    expect(kept).toEqual(['small', 'large2', 'large1', 'large0']);
    expect(known).toEqual(kept);
    expect(namesIn(dataDir)).toEqual(kept);
  });

  it('keeps the latest thousand, and its file grows no further over starts', () => {
    const dataDir = join(newFolder(), 'new');
    mkdirSync(dataDir);
    const ledger = openLedger(dataDir, () => 0);
    for (let n = 0; n < 1_100; n += 1) {
      ledger.put(executionOf(`e${n}`, { status: 'RUNNING' }));
      ledger.put(executionOf(`e${n}`));
    }
    expect(ledger.get('arn:e0')).toBeUndefined();
    ledger.close();
    expect(namesIn(dataDir)).toHaveLength(1_000);
    expect(readFileSync(join(dataDir, 'executions.jsonl'), 'utf8').trim().split('\n')).toHaveLength(1_000);
  });
});
