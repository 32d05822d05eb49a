import { Failure } from '../errors.ts';
import { parseAlias } from '../links/alias.ts';
import type { CreateDeps } from '../links/create-link.ts';
import { checkTarget } from '../links/create-link.ts';
import { expiryOf } from '../links/link-request.ts';
import { mayMakeNoLinks } from '../links/may-make-no-links.ts';
import type { BatchOrder } from './batch.ts';
import type { Row, RowError } from './row.ts';
import { isRow, readRow, rowErrors } from './row.ts';

/** A row as it lies in the input, with its number; or why it cannot even be read. */
export type RawRow = { readonly row: number; readonly value: unknown } | RowError;

export type CheckDeps = Pick<CreateDeps, 'blocklist' | 'rules'>;

export type Terms = Pick<BatchOrder, 'mayMakeLinks'> & {
  /** What expiries are compared with. */
  readonly nowMs: number;
};

/** The row, ready to be made, with its target normalised; or why it is none. */
export async function checkRow(
  deps: CheckDeps,
  raw: RawRow,
  { mayMakeLinks, nowMs }: Terms,
): Promise<Row | readonly RowError[]> {
  if ('reason' in raw) return [raw];
  const read = readRow(raw.row, raw.value);
  if (!isRow(read) || read.content.kind !== 'link') return read;
  if (!mayMakeLinks) return rowErrors(raw.row, mayMakeNoLinks(), 'link');
  const { body, placement } = read.content;
  const check = async (member: string, rule: () => unknown): Promise<readonly RowError[]> => {
    try {
      await rule();
      return [];
    } catch (error) {
      if (error instanceof Failure) return rowErrors(raw.row, error, member);
      throw error;
    }
  };
  let target = '';
  const errors = [
    ...(await check('link', () => expiryOf(body.expires_at, nowMs))),
    ...(await check('link.custom_alias', () => body.custom_alias && parseAlias(body.custom_alias, deps.rules.alias))),
    ...(await check('link.original_url', async () => {
      target = await checkTarget(deps, body.original_url);
    })),
  ];
  if (errors.length > 0) return errors;
  return { ...read, content: { kind: 'link', body: { ...body, original_url: target }, placement } };
}
