import { seededBytes } from '../../../core/accounts/idempotency.ts';
import { Failure } from '../../../core/errors.ts';
import type { BulkEntry, BulkRequest, BulkResult } from '../../../core/links/bulk-create.ts';
import { bulkCreate, MAX_BULK } from '../../../core/links/bulk-create.ts';
import type { Link } from '../../../core/links/link.ts';
import { createDeps } from '../../fixtures/create-deps.ts';
import { failureOf } from '../../fixtures/failures.ts';
import { aDraft, aLink } from '../../fixtures/links.ts';
import { pausePoint } from '../../fixtures/pause-point.ts';

const plain = (index: number): BulkEntry => aDraft({ targetUrl: `https://example.com/${index}` });
const alias = (customAlias: string): BulkEntry => aDraft({ customAlias });
const many = (count: number, entry: (index: number) => BulkEntry): BulkEntry[] =>
  Array.from({ length: count }, (_, index) => entry(index));

function aRequest(entries: readonly BulkEntry[], overrides: Partial<BulkRequest> = {}) {
  const taken: number[] = [];
  const request: BulkRequest = {
    workspaceId: 'ws_1',
    creationId: 'bulk-1',
    entries,
    mode: 'all_or_nothing',
    takeQuota: async (count) => void taken.push(count),
    ...overrides,
  };
  return { request, taken };
}

const summary = (results: readonly BulkResult[]) =>
  results.map((result) =>
    result instanceof Failure ? result.word : result.isCustomAlias ? result.code : result.targetUrl,
  );

describe('A bulk create', () => {
  it('makes a thousand links in the order of its entries, aliases among them', async () => {
    const deps = createDeps();
    const entries = many(MAX_BULK, (index) => (index % 3 === 0 ? alias(`alias-${index}`) : plain(index)));
    const { request, taken } = aRequest(entries);
    const results = await bulkCreate(deps, request);
    expect(summary(results)).toEqual(
      entries.map((_, index) => (index % 3 === 0 ? `alias-${index}` : `https://example.com/${index}`)),
    );
    expect(deps.store.all()).toHaveLength(MAX_BULK);
    expect(taken).toEqual([MAX_BULK]);
  });

  it('asks the store for at most a hundred links at a time, in four lanes', async () => {
    const deps = createDeps();
    const sizes: number[] = [];
    let running = 0;
    let most = 0;
    const createTogether = async (links: readonly Link[]) => {
      sizes.push(links.length);
      running += 1;
      most = Math.max(most, running);
      await new Promise(setImmediate);
      running -= 1;
      return deps.store.createTogether(links);
    };
    await bulkCreate({ ...deps, store: { ...deps.store, createTogether } }, aRequest(many(950, plain)).request);
    expect(Math.max(...sizes)).toBe(100);
    expect(most).toBe(4);
  });

  it('that is resumed with the same seed makes the same links once', async () => {
    const deps = createDeps();
    const attempt = () => bulkCreate({ ...deps, randomBytes: seededBytes('seed') }, aRequest(many(150, plain)).request);
    const [first, again] = [await attempt(), await attempt()];
    expect(again).toEqual(first);
    expect(deps.store.all()).toHaveLength(150);
  });

  it('draws another code for each that is taken', async () => {
    const deps = createDeps();
    const [drawn] = await bulkCreate({ ...deps, randomBytes: seededBytes('s') }, aRequest([plain(0)]).request);
    deps.store.add({ ...(drawn as Link), workspaceId: 'ws_other', creationId: 'other' });
    const { request } = aRequest(many(3, plain), { creationId: 'bulk-2' });
    const results = (await bulkCreate({ ...deps, randomBytes: seededBytes('s') }, request)) as Link[];
    expect(new Set(results.map(({ code }) => code)).size).toBe(3);
    expect(results.map(({ code }) => code)).not.toContain((drawn as Link).code);
    expect(deps.store.all()).toHaveLength(4);
  });
});

const BAD: readonly (readonly [BulkEntry, string])[] = [
  [aDraft({ targetUrl: 'javascript:alert(1)' }), 'INVALID_URL'],
  [aDraft({ targetUrl: 'https://malware.example/' }), 'URL_BLOCKED'],
  [alias('admin'), 'INVALID_ALIAS'],
  [alias('taken'), 'ALIAS_TAKEN'],
  [new Failure('VALIDATION_FAILED', { errors: [] }), 'VALIDATION_FAILED'],
];

describe('All or nothing', () => {
  it.each(BAD)('makes nothing for one bad entry: %#', async (bad, word) => {
    const deps = createDeps();
    const before = aLink({ code: 'taken', creationId: 'other' });
    deps.store.add(before);
    const { request } = aRequest([plain(0), alias('first'), bad, plain(1)]);
    const failure = await failureOf(() => bulkCreate(deps, request));
    expect(failure.word).toBe('BULK_INVALID');
    expect(failure.details['invalid_urls']).toMatchObject([{ index: 2, error: word, detail: expect.any(String) }]);
    expect(deps.store.all()).toEqual([before]);
  });

  it('takes no quota for what breaks a rule by itself', async () => {
    const { request, taken } = aRequest([plain(0), alias('admin')]);
    await failureOf(() => bulkCreate(createDeps(), request));
    expect(taken).toEqual([]);
  });

  it('finds equal aliases inside the request and names the later ones', async () => {
    const { request } = aRequest([alias('same'), plain(0), alias('same'), alias('Same'), alias('same')]);
    const failure = await failureOf(() => bulkCreate(createDeps(), request));
    expect(failure.details['invalid_urls']).toMatchObject([
      { index: 2, error: 'ALIAS_TAKEN' },
      { index: 4, error: 'ALIAS_TAKEN' },
    ]);
  });

  it('takes back every alias of other hundreds when one is taken, and only its own', async () => {
    const deps = createDeps();
    deps.store.add(aLink({ code: 'alias-350', creationId: 'other' }));
    const failure = await failureOf(() =>
      bulkCreate(deps, aRequest(many(500, (index) => alias(`alias-${index}`))).request),
    );
    expect(failure.details['invalid_urls']).toMatchObject([{ index: 350, error: 'ALIAS_TAKEN' }]);
    expect(deps.store.all().map(({ code, creationId }) => [code, creationId])).toEqual([['alias-350', 'other']]);
  });

  it('makes nothing when the quota has no room', async () => {
    const deps = createDeps();
    const takeQuota = () => Promise.reject(new Failure('RATE_LIMIT_EXCEEDED'));
    const failure = await failureOf(() => bulkCreate(deps, aRequest(many(3, plain), { takeQuota }).request));
    expect(failure.word).toBe('RATE_LIMIT_EXCEEDED');
    expect(deps.store.all()).toEqual([]);
  });

  it.each([
    ['before it wrote', false],
    ['after it wrote, so that its answer was lost', true],
  ])(
    'leaves nothing when the store fails half-way, %s, while other hundreds are still being written',
    async (_, wrote) => {
      const deps = createDeps();
      const pause = pausePoint();
      let call = 0;
      const createTogether = async (links: readonly Link[]) => {
        call += 1;
        if (call === 3) {
          if (wrote) await deps.store.createTogether(links);
          throw new Error('store away');
        }
        if (call === 4) await pause.here();
        return deps.store.createTogether(links);
      };
      const running = bulkCreate(
        { ...deps, store: { ...deps.store, createTogether } },
        aRequest(many(400, plain)).request,
      );
      const settled = expect(running).rejects.toThrow('store away');
      await pause.reached;
      await new Promise(setImmediate);
      pause.release();
      await settled;
      expect(deps.store.all()).toEqual([]);
    },
  );
});

describe('Partial', () => {
  it('makes what it can and says of the others why not, each at its index', async () => {
    const deps = createDeps();
    deps.store.add(aLink({ code: 'taken', creationId: 'other' }));
    const { request, taken } = aRequest([plain(0), ...BAD.map(([bad]) => bad), alias('mine'), alias('mine')], {
      mode: 'partial',
    });
    const results = await bulkCreate(deps, request);
    expect(summary(results)).toEqual(['https://example.com/0', ...BAD.map(([, word]) => word), 'mine', 'ALIAS_TAKEN']);
    expect(deps.store.all()).toHaveLength(3);
    expect(taken).toEqual([3]); // plain, taken and mine: what passed the rules
    const refused = results[4] as Failure;
    expect(refused.details['suggestions']).toHaveLength(3);
  });

  it('makes the others of a hundred when some of it are taken', async () => {
    const deps = createDeps();
    deps.store.add(...[3, 70, 120].map((index) => aLink({ code: `alias-${index}`, creationId: 'other' })));
    const entries = many(150, (index) => alias(`alias-${index}`));
    const results = await bulkCreate(deps, aRequest(entries, { mode: 'partial' }).request);
    expect(results.flatMap((result, index) => (result instanceof Failure ? [index] : []))).toEqual([3, 70, 120]);
    expect(deps.store.all()).toHaveLength(150);
  });

  it('takes no quota for nothing', async () => {
    const { request, taken } = aRequest([alias('admin')], { mode: 'partial' });
    expect(summary(await bulkCreate(createDeps(), request))).toEqual(['INVALID_ALIAS']);
    expect(taken).toEqual([0]);
  });
});
