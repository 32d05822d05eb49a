/**
 * ★ Fact file: every deliberate failure. One stable word that clients switch on, a title, and one sentence for a person.
 * The HTTP status of each word is the edge's business (`lambdas/problem.ts`); `docs/errors/{word}` is rendered from here.
 */
type FailureText = { readonly title: string; readonly sentence: string };

/** What a visitor of the short domain may meet: all that the redirect's bundle carries. */
export const VISITOR_FAILURES = {
  VALIDATION_FAILED: {
    title: 'Validation failed',
    sentence: 'One or more members of the request break a rule; `errors` lists each with its path.',
  },
  INVALID_JSON: { title: 'Invalid JSON', sentence: 'The request body is not well-formed JSON in UTF-8.' },
  PAYLOAD_TOO_LARGE: { title: 'Payload too large', sentence: 'The request body is over the size limit of this route.' },
  UNSUPPORTED_MEDIA_TYPE: {
    title: 'Unsupported media type',
    sentence: 'The request body must be sent as application/json.',
  },
  NOT_FOUND: { title: 'Not found', sentence: 'There is nothing at this path.' },
  METHOD_NOT_ALLOWED: { title: 'Method not allowed', sentence: 'This path does not answer that method.' },
  URL_NOT_FOUND: { title: 'Link not found', sentence: 'There is no such short link.' },
  URL_DISABLED: { title: 'Link disabled', sentence: 'This link was switched off or deleted by its owner.' },
  URL_EXPIRED: { title: 'Link expired', sentence: 'This link has passed its expiry date.' },
  CLICK_LIMIT_REACHED: {
    title: 'Click limit reached',
    sentence: 'This link has been used as often as its owner allowed.',
  },
  PASSWORD_REQUIRED: { title: 'Password required', sentence: 'This link is protected by a password.' },
  INVALID_PASSWORD: {
    title: 'Invalid password',
    sentence: 'The password is wrong; `attempts_remaining` says how many tries are left.',
  },
  UNLOCK_LOCKED: {
    title: 'Too many wrong passwords',
    sentence:
      'Too many wrong passwords were tried; the right one is refused too until `retry_after` seconds have passed.',
  },
  PREFETCH_REFUSED: {
    title: 'Prefetch refused',
    sentence: 'This link counts its visits exactly, so it is only opened by a real visit.',
  },
  SERVICE_UNAVAILABLE: {
    title: 'Temporarily unavailable',
    sentence: 'A part of the service is not answering; nothing was changed, try again shortly.',
  },
  INTERNAL: { title: 'Internal error', sentence: 'Something went wrong on our side; the request id helps us find it.' },
} as const satisfies Record<string, FailureText>;

/** What only customers meet. */
const CUSTOMER_FAILURES = {
  INVALID_URL: {
    title: 'Invalid URL',
    sentence: 'The target is not an http or https URL that Signpost may send visitors to.',
  },
  URL_BLOCKED: { title: 'URL blocked', sentence: 'The host of the target is on the blocklist of this Signpost.' },
  INVALID_ALIAS: {
    title: 'Invalid alias',
    sentence: 'An alias has 3 to 20 letters, digits, hyphens or underscores and is not a reserved word.',
  },
  ALIAS_TAKEN: {
    title: 'Alias taken',
    sentence: 'This alias is in use or was used before; codes are never handed out twice.',
  },
  BULK_INVALID: {
    title: 'Bulk request invalid',
    sentence: 'At least one URL of the bulk request breaks a rule, so none was created; `invalid_urls` lists them.',
  },
  RATE_LIMIT_EXCEEDED: {
    title: 'Rate limit exceeded',
    sentence: 'The workspace has used up its limit for this window; try again after `retry_after` seconds.',
  },
  IDEMPOTENCY_MISMATCH: {
    title: 'Idempotency key reused',
    sentence: 'This Idempotency-Key was used before with a different request body.',
  },
  IDEMPOTENCY_IN_PROGRESS: {
    title: 'Request in progress',
    sentence: 'The first request with this Idempotency-Key is still running; try again shortly.',
  },
  VERSION_CONFLICT: {
    title: 'Version conflict',
    sentence: 'The resource was changed since the version named in If-Match; read it again.',
  },
  UNAUTHENTICATED: { title: 'Unauthenticated', sentence: 'The request carries no valid API key or token.' },
  FORBIDDEN: { title: 'Forbidden', sentence: 'The API key or role does not allow this.' },
  CSRF_HEADER_REQUIRED: {
    title: 'CSRF header required',
    sentence: 'A request that changes something and comes with cookies needs the header X-Signpost-CSRF: 1.',
  },
  INVALID_CREDENTIALS: {
    title: 'Invalid credentials',
    sentence: 'E-mail address or password is wrong, or the address was not verified yet.',
  },
  SIGN_IN_LOCKED: {
    title: 'Too many wrong passwords',
    sentence:
      'Too many wrong passwords were tried; the right one is refused too until `retry_after` seconds have passed.',
  },
  WEAK_PASSWORD: {
    title: 'Weak password',
    sentence: 'This password is among the ones that are tried first; choose another.',
  },
  INVALID_TOKEN: {
    title: 'Invalid token',
    sentence: 'This token is not known, was used before or has expired; ask for a new one.',
  },
  EMAIL_TAKEN: { title: 'Address taken', sentence: 'Another account has this e-mail address.' },
  REGISTRATION_CLOSED: {
    title: 'Registration closed',
    sentence: 'Accounts are made by the administrators of this Signpost.',
  },
  USER_NOT_FOUND: { title: 'User not found', sentence: 'There is no such user.' },
  SESSION_NOT_FOUND: { title: 'Session not found', sentence: 'There is no such session.' },
  WORKSPACE_NOT_FOUND: { title: 'Workspace not found', sentence: 'There is no such workspace.' },
  MEMBER_NOT_FOUND: { title: 'Member not found', sentence: 'There is no such member in this workspace.' },
  INVITE_NOT_FOUND: { title: 'Invite not found', sentence: 'There is no such invite in this workspace.' },
  API_KEY_NOT_FOUND: { title: 'API key not found', sentence: 'There is no such API key in this workspace.' },
  REPORT_NOT_FOUND: {
    title: 'Report not found',
    sentence: 'There is no such report in this workspace, or not any more.',
  },
  BATCH_NOT_FOUND: {
    title: 'Batch not found',
    sentence: 'There is no such batch in this workspace, or not any more.',
  },
  BATCH_NOT_RETRYABLE: {
    title: 'Nothing to try again',
    sentence:
      'The batch is still at work, or being tidied up, or no row of it failed, or it was rolled back as a whole.',
  },
  ALREADY_MEMBER: { title: 'Already a member', sentence: 'This person is a member of the workspace already.' },
  OWNER_REQUIRED: {
    title: 'A workspace needs its owner',
    sentence: 'The owner cannot leave, be removed or get another role; transfer the workspace first.',
  },
  PERSONAL_WORKSPACE: {
    title: 'Personal workspace',
    sentence: 'A personal workspace goes with its account: it can neither be deleted alone nor given away.',
  },
  LAST_ADMIN: {
    title: 'Last administrator',
    sentence: 'This Signpost would be left without an administrator; make somebody else one first.',
  },
  LIMIT_REACHED: {
    title: 'Limit reached',
    sentence: 'There are as many of these as one account or workspace may have; `limit` says how many.',
  },
  EXPORT_TOO_LARGE: {
    title: 'Export too large',
    sentence:
      'These are more clicks than one answer can be streamed of; ask for fewer days or for one link, or order a report.',
  },
  UNSUPPORTED_FILTER: {
    title: 'Unsupported filter',
    sentence: 'Clicks are not counted in a way that answers this combination of filters; `detail` says what is.',
  },
  QUESTION_TOO_LARGE: {
    title: 'Question too large',
    sentence:
      'These are more clicks than can be looked through while you wait; ask about a shorter range, or order a report.',
  },
  QR_NOT_FOUND: { title: 'QR code not found', sentence: 'There is no such QR code in this workspace.' },
  QR_CONTENT_TOO_LONG: {
    title: 'Content too long',
    sentence: 'The content has more bytes than a QR code with this error correction holds; `max_bytes` says how many.',
  },
  QR_SIZE_TOO_SMALL: {
    title: 'Size too small',
    sentence: 'The code has more modules than the picture has pixels; `min_size` says how wide it must be.',
  },
  QR_UNSCANNABLE: {
    title: 'Code does not scan',
    sentence: 'Our decoders cannot read this code well enough; `scan` says where they fail and what helps.',
  },
  LOGO_NOT_FOUND: { title: 'Logo not found', sentence: 'There is no such logo in this workspace.' },
  LOGO_REFUSED: {
    title: 'Logo refused',
    sentence: 'A logo is a PNG, JPEG or WebP picture of at most 1 MB and 2048 × 2048 pixels.',
  },
} as const satisfies Record<string, FailureText>;

export type VisitorWord = keyof typeof VISITOR_FAILURES;
export type FailureWord = VisitorWord | keyof typeof CUSTOMER_FAILURES;

/** All of them. Marked as pure, or bundles of functions that use half of them would carry all. */
export const FAILURES: typeof VISITOR_FAILURES & typeof CUSTOMER_FAILURES = /* @__PURE__ */ Object.assign(
  {},
  VISITOR_FAILURES,
  CUSTOMER_FAILURES,
);

/** What else a failure tells the caller, merged into the problem document (`suggestions`, `retry_after`, `errors` …). */
export type FailureDetails = Readonly<Record<string, unknown>>;

/** A deliberate failure. `detail` replaces the word's sentence where a case can be told more exactly; the message is for logs. */
export class Failure extends Error {
  override readonly name = 'Failure';
  readonly word: FailureWord;
  readonly details: FailureDetails;
  readonly detail: string | undefined;

  constructor(word: FailureWord, details: FailureDetails = {}, options: { detail?: string; cause?: unknown } = {}) {
    super(options.detail ?? word, { cause: options.cause });
    this.detail = options.detail;
    this.word = word;
    this.details = details;
  }
}

/** What a person is told of it. */
export const detailOf = ({ detail, word }: Failure): string => detail ?? FAILURES[word].sentence;

/** One broken rule of one member: `path` as in `urls[3].tags[0]`, `code` a stable word, `message` a sentence. */
export type MemberError = { readonly path: string; readonly code: string; readonly message: string };

export const validationFailed = (errors: readonly MemberError[]): Failure =>
  new Failure('VALIDATION_FAILED', { errors });

export const invalidCursor = (): Failure =>
  validationFailed([{ path: 'cursor', code: 'invalid_cursor', message: 'This cursor is not from this list.' }]);
