import type * as z from 'zod/mini';
import type { MemberError } from './errors.ts';
import { validationFailed } from './errors.ts';

/** Nobody mends more at once; and what a caller sends must not decide how much we answer. */
const MAX_MEMBER_ERRORS = 20;
const MAX_UNKNOWN_NAME_LENGTH = 50;

/** A value of the schema's shape. Throws VALIDATION_FAILED with one entry per member that breaks a rule, `maxErrors` at most. */
export function parseMembers<T extends z.ZodMiniType>(
  schema: T,
  value: unknown,
  maxErrors = MAX_MEMBER_ERRORS,
): z.infer<T> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const errors = new Map<string, MemberError>();
  for (const error of parsed.error.issues.flatMap((issue) => memberErrors(issue, value))) {
    if (errors.size < maxErrors && !errors.has(error.path)) errors.set(error.path, error);
  }
  throw validationFailed([...errors.values()]);
}

/** A member nobody knows gets an entry of its own, so that each has its path. */
function memberErrors(issue: z.core.$ZodIssue, value: unknown): readonly MemberError[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      path: pathOf([...issue.path, key.slice(0, MAX_UNKNOWN_NAME_LENGTH)]),
      code: 'unknown_member',
      message: 'There is no such member.',
    }));
  }
  if (issue.path.length > 0 && memberAt(value, issue.path) === undefined) {
    // A rule of our own says what is required, and when.
    const message = issue.code === 'custom' ? issue.message : 'Is required.';
    return [{ path: pathOf(issue.path), code: 'required', message }];
  }
  const message = issue.message === 'Invalid input' ? describe(issue) : issue.message;
  return [{ path: pathOf(issue.path), code: issue.code, message }];
}

/** zod/mini ships without texts; these are ours. */
function describe(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return `Must be ${issue.expected === 'int' ? 'a whole number' : `of type ${issue.expected}`}.`;
    case 'too_small':
      return `Must be at least ${String(issue.minimum)}${issue.origin === 'string' ? ' characters' : issue.origin === 'array' ? ' entries' : ''}.`;
    case 'too_big':
      return `Must be at most ${String(issue.maximum)}${issue.origin === 'string' ? ' characters' : issue.origin === 'array' ? ' entries' : ''}.`;
    case 'invalid_format':
      return issue.format === 'datetime' ? 'Must be a date and time with a zone, as in RFC 3339.' : 'Is not valid.';
    case 'invalid_value':
      return `Must be one of ${issue.values.map(String).join(', ')}.`;
    default:
      return 'Is not valid.';
  }
}

/** What was sent there, own members only; undefined where nothing was. */
const memberAt = (value: unknown, path: readonly PropertyKey[]): unknown =>
  path.reduce<unknown>(
    (parent, part) =>
      typeof parent === 'object' && parent !== null && Object.hasOwn(parent, part)
        ? (parent as Readonly<Record<PropertyKey, unknown>>)[part]
        : undefined,
    value,
  );

const pathOf = (path: readonly PropertyKey[]): string =>
  path.reduce<string>(
    (text, part) =>
      typeof part === 'number' ? `${text}[${part}]` : text === '' ? String(part) : `${text}.${String(part)}`,
    '',
  );
