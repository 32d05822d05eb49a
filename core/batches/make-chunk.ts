import { Failure } from '../errors.ts';
import type { CreateDeps } from '../links/create-link.ts';
import type { Link } from '../links/link.ts';
import type { CleanLogo, LogoStore } from '../qr/logo-store.ts';
import type { MakeDeps } from '../qr/make-code.ts';
import { makeCode } from '../qr/make-code.ts';
import { scanUrl } from '../qr/scan-url.ts';
import type { Batch, BatchRun } from './batch.ts';
import { partKey } from './batch-files.ts';
import type { BatchFiles, BatchStore, BatchWork } from './batch-store.ts';
import type { ChunkPlace } from './chunk.ts';
import { readRows } from './chunk.ts';
import { fileName } from './file-name.ts';
import type { FailedRow, MadeRow, PartRow } from './part.ts';
import { encodePart, isMade } from './part.ts';
import type { Row, RowContent } from './row.ts';
import { rowErrors } from './row.ts';
import { linkRows, makeLinks, takeBackLinks } from './row-links.ts';

export type MakeChunkDeps = CreateDeps &
  MakeDeps & {
    readonly batches: Pick<BatchStore, 'find'>;
    readonly work: Pick<BatchWork, 'beginChunk' | 'finishChunk' | 'releaseChunk' | 'forgetChunk'>;
    readonly files: Pick<BatchFiles, 'read' | 'put' | 'removeOne'>;
    readonly logos: LogoStore;
    readonly shortOrigin: string;
  };

/** Longer than an invocation may take (`lib/powers.ts`), so a lease that ran out has no owner any more. */
const CHUNK_LEASE_MS = 150_000;

/**
 * Makes the links and codes of a chunk's rows, and counts them once. Rows that fail are counted as failed, with why; doing
 * it again makes nothing twice. What nobody wants any more when it is made is taken back.
 */
export async function makeChunk(deps: MakeChunkDeps, run: BatchRun, place: ChunkPlace): Promise<void> {
  const batch = await deps.batches.find(run.workspaceId, run.id);
  if (batch === null) return;
  const begun = await deps.work.beginChunk(run, place.chunk, deps.nowMs() + CHUNK_LEASE_MS);
  if (begun !== 'begun') return;
  try {
    await makeBegun(deps, { ...batch, run: run.run }, place);
  } catch (error) {
    // Whoever comes next need not wait; where this fails too, the lease runs out.
    await Promise.allSettled([deps.work.releaseChunk(run, place.chunk)]);
    throw error;
  }
}

async function makeBegun(deps: MakeChunkDeps, batch: Batch, place: ChunkPlace): Promise<void> {
  const rows = await readRows(deps.files, batch, place);
  const made = await makeRows(deps, batch, rows);
  const part = encodePart(
    made.map(({ row }) => row),
    made.map(({ bytes }) => bytes),
  );
  await deps.files.put(partKey(batch, place.chunk), part);
  const done = made.filter(({ row }) => isMade(row)).length;
  const links = made.filter(({ hasLink }) => hasLink).length;
  if (await deps.work.finishChunk(batch, place.chunk, { done, failed: made.length - done, links })) return;
  await takeBackLinks(deps, batch, linkRows(rows));
  await deps.files.removeOne(partKey(batch, place.chunk));
  await deps.work.forgetChunk(batch, place.chunk);
}

type Made = { readonly row: PartRow; readonly bytes: Uint8Array; readonly hasLink: boolean };
const NO_BYTES = new Uint8Array();

async function makeRows(deps: MakeChunkDeps, batch: Batch, rows: readonly Row[]): Promise<readonly Made[]> {
  const logo = await logoOf(deps, batch);
  const [created, found] = await Promise.all([
    makeLinks(deps, batch, linkRows(rows)),
    foundLinks(deps, batch.workspaceId, rows),
  ]);
  const made: Made[] = [];
  const unscannable: Link[] = [];
  for (const row of rows) {
    const link = linkOfRow(row, created, found);
    const result = link instanceof Failure ? failed(row, link) : await makeRow(deps, batch, row, link, logo);
    const isNew = row.content.kind === 'link' && link !== null && !(link instanceof Failure);
    if (isNew && !isMade(result.row)) unscannable.push(link);
    made.push({ ...result, hasLink: isNew && isMade(result.row) });
  }
  // A row that failed leaves nothing behind.
  await deps.store.takeBack(unscannable);
  return made;
}

async function logoOf({ logos }: MakeChunkDeps, { workspaceId, order }: Batch): Promise<CleanLogo | Failure | null> {
  const { logo } = order.look.style;
  if (logo === null) return null;
  return (
    (await logos.find(workspaceId, logo.id)) ?? new Failure('LOGO_REFUSED', {}, { detail: 'The logo is not there.' })
  );
}

/** Links of the workspace that rows name. */
async function foundLinks(
  { store, rules }: MakeChunkDeps,
  workspaceId: string,
  rows: readonly Row[],
): Promise<ReadonlyMap<string, Link>> {
  const codes = rows.flatMap(({ content }) => (content.kind === 'code' ? [content.shortCode] : []));
  if (codes.length === 0) return new Map();
  const links = await store.findMany(rules.domain, codes);
  const own = links.filter((link) => link.workspaceId === workspaceId && link.status !== 'deleted');
  return new Map(own.map((link) => [link.code, link]));
}

function linkOfRow(
  { row, content }: Row,
  created: ReadonlyMap<number, Link | Failure>,
  found: ReadonlyMap<string, Link>,
): Link | Failure | null {
  if (content.kind === 'text') return null;
  return (content.kind === 'link' ? created.get(row) : found.get(content.shortCode)) ?? new Failure('URL_NOT_FOUND');
}

async function makeRow(
  deps: MakeChunkDeps,
  { order }: Batch,
  row: Row,
  link: Link | null,
  logo: CleanLogo | Failure | null,
): Promise<Omit<Made, 'hasLink'>> {
  if (logo instanceof Failure) return failed(row, logo, 'style.logo_id');
  const content = textOf(row.content, link, deps.shortOrigin);
  try {
    const request = { ...order.look, content, title: titleOf(row, link), logo };
    const { bytes, extension, scan } = await makeCode(deps, request, { force: order.force });
    const made: MadeRow = {
      row: row.row,
      file: fileName(row, link?.code ?? null, extension),
      bytes: bytes.length,
      shortCode: link?.code ?? null,
      content,
      grade: scan.grade,
      score: scan.score,
    };
    return { row: made, bytes };
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return failed(row, error);
  }
}

const textOf = (content: RowContent, link: Link | null, shortOrigin: string): string => {
  if (content.kind === 'text') return content.text;
  return scanUrl(shortOrigin, { code: link?.code ?? '', placement: content.placement });
};

const titleOf = ({ name }: Row, link: Link | null): string => name ?? link?.title ?? link?.code ?? 'QR code';

const MEMBER_OF: Readonly<Record<RowContent['kind'], string>> = { link: 'link', code: 'short_code', text: '' };
/** What is said of a link is said of these members. */
const WORDS: Readonly<Record<string, string>> = { ALIAS_TAKEN: 'link.custom_alias' };

function failed({ row, content }: Row, failure: Failure, member?: string): Omit<Made, 'hasLink'> {
  const within = member ?? WORDS[failure.word] ?? MEMBER_OF[content.kind];
  const errors: FailedRow = { row, errors: rowErrors(row, failure, within) };
  return { row: errors, bytes: NO_BYTES };
}
