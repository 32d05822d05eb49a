import type { MemberError } from '../../core/errors.ts';
import { Failure, validationFailed } from '../../core/errors.ts';
import { parseMembers } from '../json-body.ts';
import type { LinkCodeQuery, LookInput } from './schemas.ts';
import { lookInput } from './schemas.ts';

/** Where each parameter of a query belongs in the body of `POST /v1/qr`. */
const PLACES = {
  format: ['format'],
  size: ['size'],
  size_mm: ['size_mm'],
  dpi: ['dpi'],
  margin: ['margin'],
  error_correction: ['error_correction'],
  dots: ['style', 'dots'],
  dot_scale: ['style', 'dot_scale'],
  eye_frame: ['style', 'eyes', 'frame'],
  eye_ball: ['style', 'eyes', 'ball'],
  eye_frame_color: ['style', 'eyes', 'frame_color'],
  eye_ball_color: ['style', 'eyes', 'ball_color'],
  foreground: ['style', 'foreground'],
  background: ['style', 'background'],
  logo_id: ['style', 'logo_id'],
  frame_text: ['style', 'frame', 'text'],
} as const satisfies Partial<Record<keyof LinkCodeQuery, readonly string[]>>;

const NUMBERS: ReadonlySet<string> = new Set(['size', 'size_mm', 'dpi', 'margin', 'dot_scale']);

type Members = { [name: string]: unknown };

/** The look that a query spells. Throws VALIDATION_FAILED with the names of its parameters. */
export function lookOfQuery(query: Partial<LinkCodeQuery>): LookInput {
  const body: Members = {};
  for (const [name, place] of Object.entries(PLACES)) {
    const value = query[name as keyof typeof PLACES];
    if (value !== undefined) put(body, place, NUMBERS.has(name) ? numberOr(value) : value);
  }
  if (query.frame_text !== undefined) put(body, ['style', 'frame', 'shape'], 'label');
  try {
    return parseMembers(lookInput, body);
  } catch (error) {
    throw toldOfParameters(error);
  }
}

/** Does what speaks of members of a body. Throws what that throws, with the names of the query's parameters. */
export async function inParameters<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw toldOfParameters(error);
  }
}

function toldOfParameters(error: unknown): unknown {
  if (!(error instanceof Failure) || error.word !== 'VALIDATION_FAILED') return error;
  const errors = error.details['errors'] as readonly MemberError[];
  return validationFailed(errors.map((each) => ({ ...each, path: parameterAt(each.path) })));
}

const numberOr = (text: string): number | string => (/^\d{1,6}(\.\d{1,6})?$/.test(text) ? Number(text) : text);

/** Colours may leave out the `#`, which ends a URL. */
function put(body: Members, [name = '', ...rest]: readonly string[], value: unknown): void {
  if (rest.length === 0) {
    body[name] =
      typeof value === 'string' && /^(?:[0-9a-fA-F]{3}){1,2}$/.test(value) && isColor(name) ? `#${value}` : value;
    return;
  }
  body[name] ??= {};
  put(body[name] as Members, rest, value);
}

const isColor = (name: string): boolean => /(^|_)(color|foreground|background)$/.test(name);

const parameterAt = (path: string): string =>
  Object.entries(PLACES).find(([, place]) => place.join('.') === path)?.[0] ?? path;
