import * as z from 'zod/mini';
import type { MemberError } from '../errors.ts';
import { detailOf, Failure, validationFailed } from '../errors.ts';
import { createBody } from '../links/link-request.ts';
import { parseMembers } from '../parse-members.ts';
import { payloadSchema, payloadText } from '../qr/payload.ts';
import { isPlacement } from '../qr/scan-path.ts';

/** A row that can be made: row 1 is the first item, or the line below the header. */
export type Row = {
  readonly row: number;
  /** What its file is called; null where its code or number says it. */
  readonly name: string | null;
  readonly content: RowContent;
};

export type RowContent =
  /** A new link with its code. */
  | { readonly kind: 'link'; readonly body: LinkBody; readonly placement: string }
  /** A link that is there. */
  | { readonly kind: 'code'; readonly shortCode: string; readonly placement: string }
  /** Anything else: a static code. */
  | { readonly kind: 'text'; readonly text: string };

/** Why a row, or one of its columns, is none; `column` is empty where it is about the whole row. */
export type RowError = { readonly row: number; readonly column: string; readonly reason: string };

const MAX_NAME_LENGTH = 80;
const MAX_CODE_LENGTH = 50;
const MAX_ROW_ERRORS = 5;

/** Passwords are not taken in batches: hashing a hundred thousand takes hours, and rows wait as files. */
const linkBody = z.omit(createBody, { password: true, if_exists: true });
export type LinkBody = z.infer<typeof linkBody>;

const placement = z.optional(
  z.string().check(z.refine(isPlacement, 'Must be 1 to 20 lower-case letters, digits or hyphens.')),
);

/** Contents as in `POST /v1/qr`, at the top or under `content`; a URL there may be a plain string. */
const rowSchema = z.strictObject({
  name: z.optional(z.string().check(z.minLength(1), z.maxLength(MAX_NAME_LENGTH))),
  link: z.optional(linkBody),
  short_code: z.optional(z.string().check(z.minLength(1), z.maxLength(MAX_CODE_LENGTH))),
  placement,
  ...payloadSchema.shape,
});
type RowMembers = z.infer<typeof rowSchema>;

const KINDS = ['link', 'short_code', 'url', 'text', 'wifi', 'vcard', 'email', 'phone', 'sms', 'geo', 'event'] as const;

/** The row in a value of JSON, or in the cells of a line, by its shape alone; or why it is none. */
export function readRow(row: number, value: unknown): Row | readonly RowError[] {
  try {
    const members = parseMembers(rowSchema, unwrapped(value), MAX_ROW_ERRORS);
    return { row, name: members.name ?? null, content: contentOf(members) };
  } catch (error) {
    if (error instanceof Failure) return rowErrors(row, error);
    throw error;
  }
}

export const isRow = (read: Row | readonly RowError[]): read is Row => !Array.isArray(read);

/** What a failure says of a row; `within` is the member it is about where it says none. */
export function rowErrors(row: number, failure: Failure, within = ''): readonly RowError[] {
  const errors = failure.details['errors'] as readonly MemberError[] | undefined;
  if (errors === undefined) return [{ row, column: within, reason: detailOf(failure) }];
  const columnOf = (path: string): string => [within, path].filter((part) => part !== '').join('.');
  return errors.map(({ path, message }) => ({ row, column: columnOf(path), reason: message }));
}

function unwrapped(value: unknown): unknown {
  if (typeof value === 'string') return { url: value };
  if (typeof value !== 'object' || value === null || !('content' in value)) return value;
  const { content, ...rest } = value;
  return typeof content === 'string' ? { ...rest, url: content } : { ...rest, ...(content as object) };
}

function contentOf(members: RowMembers): RowContent {
  const { name: _name, link, short_code: shortCode, placement: where = '', ...payload } = members;
  const kinds = KINDS.filter((kind) => members[kind] !== undefined);
  if (kinds.length !== 1) throw refused('', `Must have exactly one of ${KINDS.join(', ')}.`);
  if (link !== undefined) return { kind: 'link', body: link, placement: where };
  if (shortCode !== undefined) return { kind: 'code', shortCode, placement: where };
  if (where !== '') throw refused('placement', 'Only codes of links have a placement.');
  return { kind: 'text', text: payloadText(payload) };
}

const refused = (path: string, message: string): Failure => validationFailed([{ path, code: 'invalid_row', message }]);
