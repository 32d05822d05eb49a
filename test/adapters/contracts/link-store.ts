import type { AuditEntry } from '../../../core/accounts/audit.ts';
import type { Link } from '../../../core/links/link.ts';
import type { LinkStore, ListFilter } from '../../../core/links/link-store.ts';
import { anEntry } from '../../fixtures/audit-entries.ts';
import { aLink, LINK_PASSWORD, NO_FILTER, NOW_MS } from '../../fixtures/links.ts';

const byCode = (links: readonly Link[]) => new Map(links.map((link) => [link.code, link]));

/** What every link store promises. */
export function linkStoreContract(
  name: string,
  storeOf: () => LinkStore,
  entriesOf: (workspaceId: string) => Promise<readonly AuditEntry[]>,
): void {
  let worlds = 0;
  /** Codes and workspaces of one test, met by no other. */
  const newWorld = () => {
    worlds += 1;
    const world = `${worlds}`;
    return {
      workspaceId: `ws_${world}`,
      link: (code: string, overrides: Partial<Link> = {}): Link =>
        aLink({
          code: `w${world}-${code}`,
          workspaceId: `ws_${world}`,
          creationId: `creation-${world}-${code}`,
          createdAtMs: NOW_MS,
          updatedAtMs: NOW_MS,
          ...overrides,
        }),
    };
  };
  const create = (link: Link, claimTarget = false, outlivedClaim: string | null = null) =>
    storeOf().create(link, { claimTarget, outlivedClaim });
  const find = ({ domain, code }: Link) => storeOf().find(domain, code);

  describe(`A link ${name}`, () => {
    it('is found as it was created, with every member', async () => {
      const { link } = newWorld();
      const plain = link('plain');
      const full = link('full', {
        targetUrl: `https://example.com/${'x'.repeat(8_000)}`,
        isCustomAlias: true,
        expiresAtMs: NOW_MS + 1,
        maxClicks: 1_000_000_000,
        password: LINK_PASSWORD,
        title: 'ü "quoted" <b> \u202e 😀 \n',
        tags: ['a', 'ä', '😀'],
        externalId: 'x#1/2',
        redirectStatus: 308,
        forwardQuery: true,
      });
      for (const each of [plain, full]) {
        expect(await create(each)).toEqual({ kind: 'created', link: each });
        expect(await find(each)).toEqual(each);
      }
      expect(await storeOf().find('default', 'w-nobody')).toBeNull();
    });

    it('is created by one of fifty who want its code', async () => {
      const { link } = newWorld();
      const outcomes = await Promise.all(
        Array.from({ length: 50 }, (_, index) => create(link('race', { creationId: `c-${index}`, title: `${index}` }))),
      );
      const created = outcomes.filter(({ kind }) => kind === 'created');
      expect(created).toHaveLength(1);
      expect(outcomes.filter(({ kind }) => kind === 'code_taken')).toHaveLength(49);
      expect([{ kind: 'created', link: await find(link('race')) }]).toEqual(created);
    });

    it('that is created again by the same request is the first one', async () => {
      const { link } = newWorld();
      const first = link('again', { title: 'first' });
      await create(first);
      expect(await create({ ...first, title: 'second', createdAtMs: NOW_MS + 5 })).toEqual({
        kind: 'created',
        link: first,
      });
      expect(await find(first)).toEqual(first);
    });

    it('keeps its case: codes that differ in it are different', async () => {
      const { link } = newWorld();
      await create(link('Blog'));
      expect((await create(link('blog'))).kind).toBe('created');
      expect((await find(link('Blog')))?.code).toMatch(/Blog$/);
    });
  });

  describe(`Links made together ${name}`, () => {
    const codes = (count: number) => Array.from({ length: count }, (_, index) => `t${index}`);

    it('are all there, a hundred of them', async () => {
      const { link } = newWorld();
      const links = codes(100).map((code) => link(code));
      expect(await storeOf().createTogether(links)).toEqual({ taken: [] });
      const found = await storeOf().findMany(
        'default',
        links.map(({ code }) => code),
      );
      expect(byCode(found)).toEqual(byCode(links));
    });

    it('are none of them there when some are taken, and those are named', async () => {
      const { link } = newWorld();
      const links = codes(100).map((code) => link(code));
      const theirs = [3, 99].map((index) => ({ ...(links[index] as Link), creationId: 'other' }));
      for (const taken of theirs) await create(taken);
      expect(await storeOf().createTogether(links)).toEqual({ taken: theirs.map(({ code }) => code) });
      const found = await storeOf().findMany(
        'default',
        links.map(({ code }) => code),
      );
      expect(byCode(found)).toEqual(byCode(theirs));
    });

    it('can be made again by the same request', async () => {
      const { link } = newWorld();
      const links = codes(3).map((code) => link(code));
      await storeOf().createTogether(links);
      expect(await storeOf().createTogether(links)).toEqual({ taken: [] });
    });

    it('can be none', async () => {
      expect(await storeOf().createTogether([])).toEqual({ taken: [] });
    });

    it('of two requests that want the same codes are one request’s', async () => {
      const { link } = newWorld();
      const requests = ['one', 'two'].map((creationId) => codes(20).map((code) => link(code, { creationId })));
      const outcomes = await Promise.all(requests.map((links) => storeOf().createTogether(links)));
      expect(outcomes.filter(({ taken }) => taken.length === 0)).toHaveLength(1);
      const found = await storeOf().findMany(
        'default',
        (requests[0] ?? []).map(({ code }) => code),
      );
      expect(found).toHaveLength(20);
      expect(new Set(found.map(({ creationId }) => creationId)).size).toBe(1);
    });

    it('that a retry finds made already stay as their owner has changed them since', async () => {
      const { link } = newWorld();
      const links = codes(20).map((code) => link(code));
      await storeOf().createTogether(links.slice(0, 12));
      const first = links[0] as Link;
      await storeOf().change(first, { ...first, title: 'Renamed meanwhile', version: 2 }, anEntry());
      expect(await storeOf().createTogether(links)).toEqual({ taken: [] });
      expect(await storeOf().find('default', first.code)).toMatchObject({ title: 'Renamed meanwhile', version: 2 });
      expect(await storeOf().find('default', (links[19] as Link).code)).toMatchObject({ version: 1 });
    });

    it('are taken back if they are still that request’s, and others stay', async () => {
      const { link } = newWorld();
      const links = codes(40).map((code) => link(code));
      await storeOf().createTogether(links.slice(0, 30));
      await create({ ...(links[35] as Link), creationId: 'other' });
      await storeOf().takeBack(links);
      const found = await storeOf().findMany(
        'default',
        links.map(({ code }) => code),
      );
      expect(found.map(({ creationId }) => creationId)).toEqual(['other']);
    });

    it('are taken back as their owner changed them; what they deleted stays deleted', async () => {
      const { link } = newWorld();
      const [changed, deleted] = codes(2).map((code) => link(code)) as [Link, Link];
      await storeOf().createTogether([changed, deleted]);
      await storeOf().change(changed, { ...changed, title: 'mine', version: 2 }, anEntry());
      await storeOf().change(deleted, { ...deleted, status: 'deleted', version: 2 }, anEntry());
      const found = await storeOf().findMany('default', [changed.code, deleted.code]);
      await storeOf().takeBack(found);
      await storeOf().takeBack([deleted]);
      expect(await storeOf().findMany('default', [changed.code, deleted.code])).toMatchObject([{ status: 'deleted' }]);
    });
  });

  describe(`A change ${name}`, () => {
    it('replaces the link if its version is the one that was read', async () => {
      const { link, workspaceId } = newWorld();
      const former = link('change');
      const entry = anEntry({ workspaceId });
      await create(former);
      const changed = { ...former, title: 'new', version: 2, updatedAtMs: NOW_MS + 1 };
      expect(await storeOf().change(former, changed, entry)).toBe('changed');
      expect(await find(former)).toEqual(changed);
      expect(await storeOf().change(former, { ...changed, title: 'late' }, anEntry({ workspaceId }))).toBe('conflict');
      expect(await find(former)).toEqual(changed);
      expect(await entriesOf(workspaceId)).toEqual([entry]);
    });

    it('is won by one of twenty who read the same version', async () => {
      const { link, workspaceId } = newWorld();
      const former = link('race');
      await create(former);
      const outcomes = await Promise.all(
        Array.from({ length: 20 }, (_, index) =>
          storeOf().change(former, { ...former, title: `${index}`, version: 2 }, anEntry({ workspaceId })),
        ),
      );
      expect(outcomes.filter((outcome) => outcome === 'changed')).toHaveLength(1);
      expect(await find(former)).toMatchObject({ version: 2 });
      expect(await entriesOf(workspaceId)).toHaveLength(1);
    });

    it('of a link that is not there is a conflict', async () => {
      const { link } = newWorld();
      expect(await storeOf().change(link('none'), link('none', { version: 2 }), anEntry())).toBe('conflict');
      expect(await find(link('none'))).toBeNull();
    });

    it('leaves history that is neither listed nor found', async () => {
      const { workspaceId, link } = newWorld();
      let former = link('many', { externalId: 'x' });
      await create(former);
      for (let version = 2; version <= 5; version += 1) {
        const changed = { ...former, version, targetUrl: `https://example.com/v${version}` };
        await storeOf().change(former, changed, anEntry({ workspaceId }));
        former = changed;
      }
      for (const filter of [NO_FILTER, { ...NO_FILTER, externalId: 'x' }]) {
        const { items } = await storeOf().list(workspaceId, filter, 100, null, NOW_MS);
        expect(items).toEqual([former]);
      }
      for (let version = 2; version < 5; version += 1)
        expect(await storeOf().findByTarget(workspaceId, `https://example.com/v${version}`)).toBeNull();
      expect(await storeOf().findByTarget(workspaceId, 'https://example.com/v5')).toEqual(former);
    });
  });

  describe(`A target ${name}`, () => {
    it('finds an active link of the same workspace', async () => {
      const { workspaceId, link } = newWorld();
      const longTarget = `https://example.com/${'y'.repeat(8_000)}`;
      const mine = link('mine', { targetUrl: longTarget });
      await create(mine);
      await create(link('off', { targetUrl: 'https://example.com/off', status: 'disabled' }));
      expect(await storeOf().findByTarget(workspaceId, longTarget)).toEqual(mine);
      expect(await storeOf().findByTarget('ws_stranger', longTarget)).toBeNull();
      expect(await storeOf().findByTarget(workspaceId, `${longTarget}z`)).toBeNull();
      expect(await storeOf().findByTarget(workspaceId, 'https://example.com/off')).toBeNull();
    });

    it('is claimed by one of twenty at the same moment, and the others learn its code', async () => {
      const { link } = newWorld();
      const outcomes = await Promise.all(Array.from({ length: 20 }, (_, index) => create(link(`claim${index}`), true)));
      const created = outcomes.flatMap((outcome) => (outcome.kind === 'created' ? [outcome.link.code] : []));
      expect(created).toHaveLength(1);
      const claimed = outcomes.flatMap((outcome) => (outcome.kind === 'target_claimed' ? [outcome.code] : []));
      expect(claimed).toHaveLength(19);
      expect(new Set(claimed)).toEqual(new Set(created));
    });

    it('claimed again by the same request is the same link', async () => {
      const { link } = newWorld();
      const first = link('claim');
      await create(first, true);
      expect(await create(first, true)).toEqual({ kind: 'created', link: first });
    });

    it('can be claimed anew once the claim is old, or is known to stand for nothing', async () => {
      const { link } = newWorld();
      const first = link('one');
      await create(first, true);
      expect(await create(link('two'), true)).toEqual({ kind: 'target_claimed', code: first.code });
      expect(await create(link('two'), true, 'another')).toEqual({ kind: 'target_claimed', code: first.code });
      expect((await create(link('two'), true, first.code)).kind).toBe('created');
      expect((await create(link('three', { createdAtMs: NOW_MS + 10_001 }), true)).kind).toBe('created');
    });

    it('claimed under a code that is taken is not claimed', async () => {
      const { link } = newWorld();
      await create(link('taken', { targetUrl: 'https://example.com/else' }));
      expect(await create(link('taken', { creationId: 'other' }), true)).toEqual({ kind: 'code_taken' });
      expect((await create(link('free'), true)).kind).toBe('created');
    });
  });

  describe(`A list ${name}`, () => {
    /** 25 links, a second apart: every 2nd disabled, every 3rd tagged, every 5th expired, the 7th deleted. */
    const listed = async () => {
      const { workspaceId, link } = newWorld();
      const links = Array.from({ length: 25 }, (_, index) =>
        link(`l${String(index).padStart(2, '0')}`, {
          createdAtMs: NOW_MS + index * 1_000,
          status: index === 7 ? 'deleted' : index % 2 === 0 ? 'disabled' : 'active',
          tags: index % 3 === 0 ? ['three', 'x'] : ['x'],
          expiresAtMs: index % 5 === 0 ? NOW_MS : index % 5 === 1 ? NOW_MS + 1 : null,
          title: `Number ${index}`,
          externalId: index < 4 ? 'few' : `only-${index}`,
        }),
      );
      for (const each of links) await create(each);
      await create(link('foreign', { workspaceId: `${workspaceId}-other` }));
      const pages = async (filter: Partial<ListFilter>, limit: number): Promise<readonly (readonly number[])[]> => {
        const found: number[][] = [];
        let cursor: string | null = null;
        do {
          const page = await storeOf().list(workspaceId, { ...NO_FILTER, ...filter }, limit, cursor, NOW_MS);
          expect(page.items.length).toBeLessThanOrEqual(limit);
          found.push(page.items.map(({ code }) => Number(code.slice(-2))));
          cursor = page.cursor;
        } while (cursor !== null && found.length < 60);
        return found;
      };
      return { pages };
    };
    const numbers = (holds: (index: number) => boolean): number[] =>
      Array.from({ length: 25 }, (_, index) => index)
        .filter((index) => index !== 7 && holds(index))
        .toReversed();
    const at = (index: number): string => new Date(NOW_MS + index * 1_000).toISOString();

    it('shows all but the deleted, newest first, whatever the size of its pages', async () => {
      const { pages } = await listed();
      for (const limit of [1, 3, 24, 25, 100]) {
        const found = await pages({}, limit);
        expect(found.flat()).toEqual(numbers(() => true));
      }
    });

    it.each<readonly [Partial<ListFilter>, (index: number) => boolean]>([
      [{ tag: 'three' }, (index) => index % 3 === 0],
      [{ tag: 'thre' }, () => false],
      [{ status: 'disabled' }, (index) => index % 2 === 0],
      [{ status: 'active' }, (index) => index % 2 === 1 && index % 5 !== 0],
      [{ status: 'expired' }, (index) => index % 5 === 0],
      [{ search: 'NUMBER 1' }, (index) => index === 1 || (index >= 10 && index < 20)],
      [{ externalId: 'few' }, (index) => index < 4],
      [{ externalId: 'none' }, () => false],
      [{ createdAfter: at(20) }, (index) => index > 20],
      [{ createdBefore: at(3) }, (index) => index < 3],
      [{ createdAfter: at(3), createdBefore: at(6) }, (index) => index > 3 && index < 6],
      [{ createdAfter: at(6), createdBefore: at(3) }, () => false],
      [{ createdAfter: at(6), createdBefore: at(6) }, () => false],
      [{ createdAfter: '9999-12-31T23:59:59.999Z' }, () => false],
      [{ createdBefore: '0000-01-01T00:00:00+14:00' }, () => false],
      [{ createdAfter: at(2), externalId: 'few' }, (index) => index === 3],
      [{ tag: 'three', status: 'active', createdAfter: at(8) }, (index) => [9, 21].includes(index)],
    ])('keeps to %j on every page', async (filter, holds) => {
      const { pages } = await listed();
      for (const limit of [2, 100]) expect((await pages(filter, limit)).flat()).toEqual(numbers(holds));
    });
  });

  describe(`Finding many ${name}`, () => {
    it('answers those there are, each once, beyond a hundred too', async () => {
      const { link } = newWorld();
      const links = Array.from({ length: 130 }, (_, index) => link(`m${index}`));
      await storeOf().createTogether(links.slice(0, 100));
      await storeOf().createTogether(links.slice(100));
      const codes = links.map(({ code }) => code);
      const found = await storeOf().findMany('default', [...codes, ...codes.slice(0, 9), 'w-none']);
      expect(found).toHaveLength(130);
      expect(byCode(found)).toEqual(byCode(links));
      expect(await storeOf().findMany('default', [])).toEqual([]);
    });
  });
}
