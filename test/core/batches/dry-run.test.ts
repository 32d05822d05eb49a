import type { CheckDeps, RawRow } from '../../../core/batches/check-row.ts';
import { dryRun, MAX_TOLD_ERRORS } from '../../../core/batches/dry-run.ts';
import { UnreadableInput } from '../../../core/batches/plan-batch.ts';
import { NOW_MS } from '../../fixtures/links.ts';

const RULES: CheckDeps = {
  blocklist: { hosts: async () => new Set(['evil.example']) },
  rules: {
    domain: 'default',
    alias: { maxLength: 20, reserved: new Set(['api']) },
    ownHostnames: new Set(['s.example.com']),
    allowPrivateTargets: false,
  },
};
const run = (rows: AsyncIterable<RawRow> | Iterable<RawRow>, nowMs: () => number = () => NOW_MS) =>
  dryRun({ ...RULES, nowMs }, rows, { mayMakeLinks: true });
const row = (value: unknown, at = 1): RawRow => ({ row: at, value });
const link = (members: object): RawRow => row({ link: { original_url: 'https://example.com/', ...members } });

describe('a dry run', () => {
  it.each<[string, RawRow, string | null]>([
    ['takes a link', link({}), null],
    ['takes a text', row({ text: 'x' }), null],
    ['tells of a target that is blocked', link({ original_url: 'https://evil.example/' }), 'link.original_url'],
    ['tells of a target of our own', link({ original_url: 'https://s.example.com/a' }), 'link.original_url'],
    ['tells of an alias that is reserved', link({ custom_alias: 'api' }), 'link.custom_alias'],
    ['tells of an expiry that is over', link({ expires_at: '2020-01-01T00:00:00Z' }), 'link.expires_at'],
    ['tells of a member that nobody knows', row({ text: 'x', secret: 1 }), 'secret'],
    ['tells of a row that is none', row(7), ''],
    ['tells of a line that could not be read', { row: 1, column: '', reason: 'This line is no JSON.' }, ''],
  ])('%s', async (_, raw, column) => {
    const { errors, ...counts } = await run([raw]);
    expect(counts).toEqual({ total: 1, valid: column === null ? 1 : 0, isComplete: true });
    expect(errors.map((error) => error.column)).toEqual(column === null ? [] : [column]);
  });

  it('tells a key that may make no links of the rows that would', async () => {
    const { valid, errors } = await dryRun({ ...RULES, nowMs: () => NOW_MS }, [link({}), row({ text: 'x' }, 2)], {
      mayMakeLinks: false,
    });
    expect(valid).toBe(1);
    expect(errors).toEqual([{ row: 1, column: 'link', reason: 'To make a link takes the scope urls:write.' }]);
  });

  it('tells the first thousand errors, and counts on', async () => {
    const { total, valid, errors, isComplete } = await run(Array.from({ length: 1_500 }, (_, at) => row(null, at + 1)));
    expect([total, valid, errors.length, errors.at(-1)?.row, isComplete]).toEqual([
      1_500,
      0,
      MAX_TOLD_ERRORS,
      1_000,
      true,
    ]);
  });

  it('ends while its caller still waits, and says that it did not see all', async () => {
    let nowMs = NOW_MS;
    const { total, isComplete } = await run(
      Array.from({ length: 100 }, (_, at) => row({ text: 'x' }, at + 1)),
      () => (nowMs += 1_000),
    );
    expect([total, isComplete]).toEqual([20, false]);
  });

  it('says where an input cannot be read', async () => {
    async function* broken(): AsyncGenerator<RawRow> {
      yield row({ text: 'x' });
      throw new UnreadableInput({ row: 2, column: '', reason: 'A quote is never closed.' });
    }
    expect(await run(broken())).toMatchObject({ total: 1, valid: 1, errors: [{ row: 2 }], isComplete: false });
  });
});
