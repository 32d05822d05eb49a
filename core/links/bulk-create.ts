import { detailOf, Failure } from '../errors.ts';
import type { CreateDeps, LinkDraft } from './create-link.ts';
import { aliasTaken, checkDraft, freshCode, newLink } from './create-link.ts';
import type { Link } from './link.ts';

/** Contract: up to 1,000 URLs in one call. DynamoDB: 100 items in one transaction. */
export const MAX_BULK = 1_000;
const CHUNK = 100;
const CHUNKS_AT_ONCE = 4;
const MAX_CODE_ATTEMPTS = 8;

/** One entry of the request: a draft, or why it is none. */
export type BulkEntry = LinkDraft | Failure;
export type BulkResult = Link | Failure;

export type BulkRequest = {
  readonly workspaceId: string;
  readonly creationId: string;
  readonly entries: readonly BulkEntry[];
  readonly mode: 'all_or_nothing' | 'partial';
  /** Takes the workspace's quota for the links that will be made; throws RATE_LIMIT_EXCEEDED. */
  readonly takeQuota: (count: number) => Promise<void>;
};

/**
 * Creates many links, results in the order of the entries. In `all_or_nothing` any failure throws BULK_INVALID and
 * leaves nothing behind: aliases are claimed first, since only they can be refused, and taken back if one is.
 */
export async function bulkCreate(deps: CreateDeps, request: BulkRequest): Promise<readonly BulkResult[]> {
  const strict = request.mode === 'all_or_nothing';
  const checked = refuseRepeatedAliases(await Promise.all(request.entries.map((entry) => check(deps, entry))));
  const invalid = checked.flatMap((entry, index) => (entry instanceof Failure ? [{ index, failure: entry }] : []));
  if (strict && invalid.length > 0) throw bulkInvalid(invalid);

  const drafts = checked.flatMap((entry, index) => (entry instanceof Failure ? [] : [{ draft: entry, index }]));
  await request.takeQuota(drafts.length);
  const { made, refused } = await createAll(deps, request, drafts);
  if (strict && refused.length > 0) {
    await deps.store.takeBack(made.map(({ link }) => link));
    throw bulkInvalid(refused);
  }
  const results = new Map<number, BulkResult>();
  for (const { index, link } of made) results.set(index, link);
  for (const { index, failure } of [...invalid, ...refused]) results.set(index, failure);
  return request.entries.map((_, index) => results.get(index) ?? new Failure('INTERNAL'));
}

type IndexedLink = { readonly index: number; readonly draft: LinkDraft; readonly link: Link };
type IndexedFailure = { readonly index: number; readonly failure: Failure };

/** What came of the entries so far. `tried` are all links that were sent to the store: one may be there though its answer was lost. */
type Ledger = { readonly tried: Link[]; readonly made: IndexedLink[]; readonly refused: IndexedFailure[] };

const bulkInvalid = (failures: readonly IndexedFailure[]): Failure =>
  new Failure('BULK_INVALID', {
    invalid_urls: failures.map(({ index, failure }) => ({
      index,
      error: failure.word,
      detail: detailOf(failure),
      ...failure.details,
    })),
  });

/** A store that fails half-way must not leave half of an all-or-nothing request behind. */
async function createAll(deps: CreateDeps, request: BulkRequest, drafts: readonly IndexedDraft[]): Promise<Ledger> {
  const ledger: Ledger = { tried: [], made: [], refused: [] };
  try {
    await inChunks(
      drafts.filter(({ draft }) => draft.customAlias !== null),
      (chunk) => claimAliases(deps, request, chunk, ledger),
    );
    if (request.mode === 'all_or_nothing' && ledger.refused.length > 0) return ledger;
    const generated = drafts
      .filter(({ draft }) => draft.customAlias === null)
      .map((entry) => withCode(deps, request, entry, 0));
    await inChunks(generated, (chunk) => createGenerated(deps, request, chunk, ledger));
    return ledger;
  } catch (error) {
    if (request.mode === 'all_or_nothing') await deps.store.takeBack(ledger.tried);
    throw error;
  }
}

type IndexedDraft = { readonly draft: LinkDraft; readonly index: number };

async function check(deps: CreateDeps, entry: BulkEntry): Promise<BulkEntry> {
  if (entry instanceof Failure) return entry;
  try {
    return await checkDraft(deps, entry);
  } catch (error) {
    if (error instanceof Failure) return error;
    throw error;
  }
}

/** The first of equal aliases keeps it; the others are told so instead of racing against it. */
function refuseRepeatedAliases(entries: readonly BulkEntry[]): readonly BulkEntry[] {
  const seen = new Set<string>();
  return entries.map((entry) => {
    if (entry instanceof Failure || entry.customAlias === null) return entry;
    if (seen.has(entry.customAlias))
      return new Failure('ALIAS_TAKEN', {}, { detail: 'An earlier entry of this request asks for the same alias.' });
    seen.add(entry.customAlias);
    return entry;
  });
}

/** Aliases a hundred at a time; where some of a hundred are taken, `partial` tries the others again without them. */
async function claimAliases(
  deps: CreateDeps,
  request: BulkRequest,
  drafts: readonly IndexedDraft[],
  { tried, made, refused }: Ledger,
): Promise<void> {
  let rest = drafts.map((entry) => ({
    ...entry,
    link: newLink(deps, { ...request, draft: entry.draft }, entry.draft.customAlias ?? ''),
  }));
  tried.push(...rest.map(({ link }) => link));
  while (rest.length > 0) {
    const { taken } = await deps.store.createTogether(rest.map(({ link }) => link));
    for (const { index, link } of rest) {
      if (taken.includes(link.code)) refused.push({ index, failure: await aliasTaken(deps, link.code) });
    }
    if (taken.length === 0) made.push(...rest);
    if (taken.length === 0 || request.mode === 'all_or_nothing') return;
    rest = rest.filter(({ link }) => !taken.includes(link.code));
  }
}

async function createGenerated(
  deps: CreateDeps,
  request: BulkRequest,
  links: readonly IndexedLink[],
  { tried, made }: Ledger,
): Promise<void> {
  let rest = links;
  for (let attempt = 1; attempt <= MAX_CODE_ATTEMPTS; attempt += 1) {
    tried.push(...rest.map(({ link }) => link));
    const { taken } = await deps.store.createTogether(rest.map(({ link }) => link));
    if (taken.length === 0) {
      made.push(...rest);
      return;
    }
    rest = rest.map((entry) => (taken.includes(entry.link.code) ? withCode(deps, request, entry, attempt) : entry));
  }
  throw new Failure('SERVICE_UNAVAILABLE', {}, { detail: 'No free short codes were found; try again.' });
}

/** Codes are drawn in the order of the entries, before anything is written: a resumed request draws the same ones. */
const withCode = (
  deps: CreateDeps,
  request: BulkRequest,
  { draft, index }: IndexedDraft,
  attempt: number,
): IndexedLink => ({
  draft,
  index,
  link: newLink(deps, { ...request, draft }, freshCode(deps, attempt)),
});

async function inChunks<T>(items: readonly T[], work: (chunk: readonly T[]) => Promise<void>): Promise<void> {
  const chunks = Array.from({ length: Math.ceil(items.length / CHUNK) }, (_, index) =>
    items.slice(index * CHUNK, (index + 1) * CHUNK),
  );
  const lanes = Array.from({ length: CHUNKS_AT_ONCE }, async (_, lane) => {
    for (let index = lane; index < chunks.length; index += CHUNKS_AT_ONCE) await work(chunks[index] ?? []);
  });
  // All lanes come to their end before one that failed is told of: nothing is written behind the caller's back.
  const outcomes = await Promise.allSettled(lanes);
  for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
}
