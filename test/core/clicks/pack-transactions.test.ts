import { createHash } from 'node:crypto';
import * as fc from 'fast-check';
import { newClickId } from '../../../core/clicks/click-id.ts';
import { BUCKETS, bucketOf, countedId, WINDOW_PART_IDS } from '../../../core/clicks/count-window.ts';
import { entriesOf, LEDGERS } from '../../../core/clicks/ledger.ts';
import { MAX_TRANSACTION_ITEMS, packTransactions } from '../../../core/clicks/pack-transactions.ts';
import type { Click } from '../../../core/clicks/row.ts';
import { tally } from '../../../core/clicks/tally.ts';
import { MAX_NAMES_PER_ITEM } from '../../../core/clicks/wide-items.ts';
import { aClick } from '../../fixtures/clicks.ts';
import { NOW_MS } from '../../fixtures/links.ts';

const DAY_MS = 86_400_000;

const clicksOf = (links: number, spanMs: number, tags: number, terms: number): fc.Arbitrary<Click[]> =>
  fc.array(
    fc
      .record({ link: fc.nat(links - 1), afterMs: fc.nat(spanMs), tags: fc.nat(tags), term: fc.nat(terms) })
      .map(({ link, afterMs, tags: count, term }) =>
        aClick({
          id: newClickId(NOW_MS + afterMs),
          at_ms: NOW_MS + afterMs,
          code: `code${link}`,
          tags: Array.from({ length: count }, (_, index) => `tag ${index}`),
          utm_term: `term ${term}`,
          bot: term % 2 === 0,
        }),
      ),
    { maxLength: 200, size: 'max' },
  );

const anyClicks = fc.oneof(
  clicksOf(100, 60_000, 3, 5),
  clicksOf(3, 30 * DAY_MS, 20, 5),
  clicksOf(40, 2 * DAY_MS, 0, 5),
  clicksOf(1, 500, 1, 1_000),
);

describe.each(Object.values(LEDGERS))('Transactions of the ledger of $name', (ledger) => {
  it('hold no more items and names than DynamoDB takes, and lose no click', () => {
    fc.assert(
      fc.property(anyClicks, (clicks) => {
        const groups = packTransactions(entriesOf(ledger, clicks));
        const ids = groups.flat().map(({ click }) => click.id);
        expect(ids.sort()).toEqual(clicks.map(({ id }) => id).sort());
        for (const group of groups) {
          const increments = tally(group);
          // A window may touch its head and the part that is being filled; one new part may be begun.
          const windows = new Set(group.map(({ windowName }) => windowName)).size;
          expect(increments.length + 2 * windows + 1).toBeLessThanOrEqual(MAX_TRANSACTION_ITEMS);
          for (const { counters } of increments) expect(counters.size).toBeLessThanOrEqual(MAX_NAMES_PER_ITEM);
          expect(group.length).toBeLessThanOrEqual(WINDOW_PART_IDS);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('take a click with the most tags and values there can be', () => {
    const widest = aClick({
      tags: Array.from({ length: 20 }, (_, index) => `tag ${index}`),
      placement: 'door',
      in_app: 'Instagram',
      utm_term: 'x',
      utm_content: 'y',
      bot: true,
    });
    const [group = []] = packTransactions(entriesOf(ledger, [widest]));
    expect(tally(group).length + 3).toBeLessThanOrEqual(MAX_TRANSACTION_ITEMS);
  });
});

describe('Transactions', () => {
  it('are as few as can be: a thousand clicks of twenty links in one second take one', () => {
    const clicks = Array.from({ length: 1_000 }, (_, index) =>
      aClick({ id: newClickId(NOW_MS), code: `code${index % 20}` }),
    );
    expect(packTransactions(entriesOf(LEDGERS.links, clicks))).toHaveLength(1);
    expect(packTransactions(entriesOf(LEDGERS.workspaces, clicks))).toHaveLength(1);
  });

  it('of a workspace are few however many links it has', () => {
    const clicks = Array.from({ length: 1_000 }, (_, index) =>
      aClick({ id: newClickId(NOW_MS), code: `code${index}` }),
    );
    expect(packTransactions(entriesOf(LEDGERS.links, clicks)).length).toBeGreaterThan(30);
    expect(packTransactions(entriesOf(LEDGERS.workspaces, clicks))).toHaveLength(1);
  });
});

describe('A window', () => {
  const windowsOf = (clicks: readonly Click[]) => entriesOf(LEDGERS.links, clicks).map(({ window }) => window);

  it('follows from the click alone: its link and the second of its own time', () => {
    const at = (afterMs: number) => aClick({ at_ms: NOW_MS + afterMs });
    const bucket = bucketOf(aClick());
    expect(windowsOf([at(0), at(1), at(999), at(1_000), at(-1)])).toEqual(
      [0, 0, 0, 1, -1].map((after) => ({ ledger: 'links', bucket, startS: NOW_MS / 1_000 + after })),
    );
  });

  it('is another one for the workspace, in the same bucket', () => {
    const [entry] = entriesOf(LEDGERS.workspaces, [aClick()]);
    expect(entry?.window).toEqual({ ledger: 'workspaces', bucket: bucketOf(aClick()), startS: NOW_MS / 1_000 });
  });

  it.each([
    ['default', 'aB7x3Kq'],
    ['default', 'code0'],
    ['go.example', 'code0'],
  ])(
    'lies in one shard of the stream: the bucket of %s/%s is the first digit of the hash of the partition key',
    (domain, code) => {
      const digest = createHash('md5').update(`${domain}/${code}`).digest('hex');
      expect(bucketOf({ domain, code })).toBe(Number.parseInt(digest.charAt(0), 16));
    },
  );

  it('spreads links over its buckets', () => {
    const counts = new Map<number, number>();
    for (let link = 0; link < 6_400; link += 1) {
      const bucket = bucketOf(aClick({ code: `code${link}` }));
      counts.set(bucket, (counts.get(bucket) ?? 0) + 1);
    }
    expect(counts.size).toBe(BUCKETS);
    expect(Math.max(...counts.values())).toBeLessThan((6_400 / BUCKETS) * 1.5);
  });

  it('tells clicks apart by the random half of their id', () => {
    expect(countedId(aClick())).toBe(aClick().id.slice(10));
    expect(countedId(aClick())).toHaveLength(16);
  });
});
