import { seededBytes } from '../accounts/idempotency.ts';
import { Failure } from '../errors.ts';
import type { CreateDeps } from '../links/create-link.ts';
import { aliasTaken, freshCode, newLink } from '../links/create-link.ts';
import type { Link } from '../links/link.ts';
import { toDraft } from '../links/link-request.ts';
import type { Batch } from './batch.ts';
import type { LinkBody, Row } from './row.ts';

type LinkRow = { readonly row: number; readonly body: LinkBody };
/** `attempt` counts the codes of the row that were somebody else's. */
type RowLink = LinkRow & { readonly attempt: number; readonly link: Link };
type RunOfBatch = Pick<Batch, 'id' | 'workspaceId' | 'seed' | 'run'>;

export const linkRows = (rows: readonly Row[]): readonly LinkRow[] =>
  rows.flatMap(({ row, content }) => (content.kind === 'link' ? [{ row, body: content.body }] : []));

/** Every round at least one row comes to its end or to another code; codes that are taken are rare. */
const MAX_ROUNDS = 60;

/**
 * Makes the links of a chunk (at most 100), in one transaction where no code of theirs is taken, and tells of each row what
 * came of it. Ids and codes follow from the batch and the row, so doing it again finds the same links.
 */
export async function makeLinks(
  deps: CreateDeps,
  batch: RunOfBatch,
  rows: readonly LinkRow[],
): Promise<ReadonlyMap<number, Link | Failure>> {
  const results = new Map<number, Link | Failure>();
  let rest = await Promise.all(rows.map((row) => rowLink(deps, batch, row, 0)));
  for (let round = 0; rest.length > 0; round += 1) {
    if (round === MAX_ROUNDS)
      throw new Failure('SERVICE_UNAVAILABLE', {}, { detail: 'No free short codes were found.' });
    const { first, repeated } = apart(rest);
    const { taken } = await deps.store.createTogether(first.map(({ link }) => link));
    if (taken.length === 0) for (const { row, link } of first) results.set(row, link);
    const lost = new Set([...first.filter(({ link }) => taken.includes(link.code)), ...repeated]);
    for (const { row, link } of lost) if (link.isCustomAlias) results.set(row, await aliasTaken(deps, link.code));
    rest = await Promise.all(
      rest
        .filter(({ row }) => !results.has(row))
        .map(async (each) => (lost.has(each) ? rowLink(deps, batch, each, each.attempt + 1) : each)),
    );
  }
  return results;
}

/** A transaction refuses two items of one key: of equal aliases the first is asked for. */
function apart(links: readonly RowLink[]): {
  readonly first: readonly RowLink[];
  readonly repeated: readonly RowLink[];
} {
  const firstOf = new Map<string, RowLink>();
  for (const each of links) if (!firstOf.has(each.link.code)) firstOf.set(each.link.code, each);
  const first = [...firstOf.values()];
  return { first, repeated: links.filter((each) => firstOf.get(each.link.code) !== each) };
}

async function rowLink(
  deps: Pick<CreateDeps, 'rules' | 'nowMs'>,
  batch: RunOfBatch,
  { row, body }: LinkRow,
  attempt: number,
): Promise<RowLink> {
  // Whether it expires in time was looked at when it was planned.
  const draft = await toDraft(body, 0, refusePassword);
  const creationId = `${batch.id}/${batch.run}/${row}`;
  const randomBytes = seededBytes(`${batch.seed}/${batch.run}/${row}/${attempt}`);
  const code = draft.customAlias ?? freshCode({ ...deps, randomBytes }, attempt);
  return { row, body, attempt, link: newLink(deps, { workspaceId: batch.workspaceId, creationId, draft }, code) };
}

const refusePassword = (): never => {
  throw new Error('Rows of batches have no passwords');
};

/** Removes the links that these rows have of this run, whether or not anybody was told of them; those that were deleted stay so. */
export async function takeBackLinks(
  deps: Pick<CreateDeps, 'store' | 'rules' | 'nowMs'>,
  batch: RunOfBatch,
  rows: readonly LinkRow[],
): Promise<void> {
  let rest = await Promise.all(rows.map((row) => rowLink(deps, batch, row, 0)));
  while (rest.length > 0) {
    const codes = rest.map(({ link }) => link.code);
    const found = new Map((await deps.store.findMany(deps.rules.domain, codes)).map((link) => [link.code, link]));
    const isOwn = ({ link }: RowLink): boolean => found.get(link.code)?.creationId === link.creationId;
    await deps.store.takeBack(rest.filter(isOwn).flatMap(({ link }) => found.get(link.code) ?? []));
    // Where somebody else has the code, the row was given the next one.
    const met = rest.filter((each) => found.has(each.link.code) && !isOwn(each) && !each.link.isCustomAlias);
    rest = await Promise.all(met.map((each) => rowLink(deps, batch, each, each.attempt + 1)));
  }
}
