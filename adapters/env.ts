/**
 * ★ Fact file: the environment of every function, as data. `lib/` sets exactly these variables,
 * `readEnv` reads exactly these and names all that are missing in one error.
 */
export const FUNCTIONS = [
  'redirect',
  'unlock',
  'links',
  'analytics',
  'live',
  'export',
  'track',
  'reports',
  'report-file',
  'usage-reports',
  'qr',
  'logos',
  'batches',
  'batch-events',
  'batch-plan',
  'batch-rows',
  'batch-finish',
  'batch-rollback',
  'batch-sweep',
  'service',
  'authorizer',
  'clicks-to-counts',
  'clicks-to-rows',
  'spool-to-stream',
  'cache-sync',
  'announce',
  'forget-salts',
  'roll-up',
  'reconcile',
  'auth',
  'accounts',
  'admin',
  'mail',
  'erase',
  'erase-rows',
  'rotate-keys',
] as const;
export type FunctionName = (typeof FUNCTIONS)[number];

/** Names of variables that hold a table's physical name. */
export const TABLE_ENV = {
  links: 'LINKS_TABLE',
  accounts: 'ACCOUNTS_TABLE',
  counts: 'COUNTS_TABLE',
  clickSpool: 'CLICK_SPOOL_TABLE',
  outbox: 'OUTBOX_TABLE',
  salts: 'SALTS_TABLE',
  live: 'LIVE_TABLE',
  events: 'EVENTS_TABLE',
  jobs: 'JOBS_TABLE',
  qrCodes: 'QR_CODES_TABLE',
} as const;

export type EnvName =
  | (typeof TABLE_ENV)[keyof typeof TABLE_ENV]
  /** Kinesis stream name. */
  | 'CLICK_STREAM'
  /** Name of the bus that domain events are announced on. */
  | 'EVENT_BUS'
  /** `none`, or `rediss://host:port` of the cache; `VALKEY_ENDPOINT_URL` overrides it as AWS_ENDPOINT_URL_* do for AWS. */
  | 'CACHE_URL'
  /** Cache name and user id, both part of the IAM token; empty where CACHE_URL is `none`. */
  | 'CACHE_NAME'
  | 'CACHE_USER'
  /** Origin of the short domain, e.g. `https://s.example.com`: what short URLs start with. */
  | 'SHORT_ORIGIN'
  /** What CloudFront sends as `x-origin-verify`; without it no viewer header is believed. */
  | 'ORIGIN_SECRET'
  | 'MAX_ALIAS_LENGTH'
  /** `true` where links may lead to private and loopback hosts (an intranet's own Signpost). */
  | 'ALLOW_PRIVATE_TARGETS'
  /** ARN of the secret with the key set that access tokens are signed with. */
  | 'SIGNING_KEYS_SECRET'
  /** `iss` of access tokens: `signpost:prod`. */
  | 'TOKEN_ISSUER'
  /** How long a new key is published before tokens are signed with it: longer than any verifier remembers the old set. */
  | 'KEY_LEAD_S'
  /** `open`, or `closed` where administrators make all accounts. */
  | 'REGISTRATION'
  /** Sender of mails, `Signpost <no-reply@example.com>`; `none` where the stage sends none. */
  | 'MAIL_FROM'
  /** Glue database of the lake, and the Athena workgroup that asks it. */
  | 'LAKE_DATABASE'
  | 'QUERY_WORKGROUP'
  /** How long a click takes into the lake at most, while all is well. */
  | 'LAKE_DELAY_S'
  /** Bucket of clicks as Parquet, and the bucket of answers and reports. */
  | 'LAKE_BUCKET'
  | 'RESULTS_BUCKET'
  /** Rows of the lake are kept for so many days. */
  | 'LAKE_KEPT_DAYS'
  /** ARN of the state machine that makes reports. */
  | 'REPORTS_WORKFLOW'
  /** ARN of the state machine that makes batches of QR codes. */
  | 'BATCHES_WORKFLOW'
  /** Bucket of QR codes that CloudFront shows, and the bucket of what customers upload and batches make. */
  | 'IMAGES_BUCKET'
  | 'UPLOADS_BUCKET';

export const FUNCTION_ENV = {
  redirect: [
    'LINKS_TABLE',
    'CLICK_SPOOL_TABLE',
    'SALTS_TABLE',
    'CLICK_STREAM',
    'CACHE_URL',
    'CACHE_NAME',
    'CACHE_USER',
    'ORIGIN_SECRET',
  ],
  unlock: ['LINKS_TABLE', 'ACCOUNTS_TABLE', 'ORIGIN_SECRET'],
  links: ['LINKS_TABLE', 'ACCOUNTS_TABLE', 'COUNTS_TABLE', 'SHORT_ORIGIN', 'MAX_ALIAS_LENGTH', 'ALLOW_PRIVATE_TARGETS'],
  analytics: ['LINKS_TABLE', 'ACCOUNTS_TABLE', 'COUNTS_TABLE', 'LAKE_DATABASE', 'QUERY_WORKGROUP', 'LAKE_DELAY_S'],
  live: ['LINKS_TABLE', 'ACCOUNTS_TABLE', 'LIVE_TABLE', 'TOKEN_ISSUER'],
  export: ['LINKS_TABLE', 'ACCOUNTS_TABLE', 'LAKE_DATABASE', 'QUERY_WORKGROUP'],
  track: ['LINKS_TABLE', 'ACCOUNTS_TABLE', 'EVENTS_TABLE'],
  reports: ['LINKS_TABLE', 'ACCOUNTS_TABLE', 'JOBS_TABLE', 'RESULTS_BUCKET', 'REPORTS_WORKFLOW'],
  'report-file': ['JOBS_TABLE', 'RESULTS_BUCKET'],
  'usage-reports': ['ACCOUNTS_TABLE', 'JOBS_TABLE', 'LAKE_DATABASE', 'QUERY_WORKGROUP', 'REPORTS_WORKFLOW'],
  qr: [
    'QR_CODES_TABLE',
    'IMAGES_BUCKET',
    'UPLOADS_BUCKET',
    'LINKS_TABLE',
    'ACCOUNTS_TABLE',
    'SHORT_ORIGIN',
    'MAX_ALIAS_LENGTH',
    'ALLOW_PRIVATE_TARGETS',
  ],
  logos: ['QR_CODES_TABLE', 'UPLOADS_BUCKET', 'ACCOUNTS_TABLE'],
  batches: [
    'JOBS_TABLE',
    'ACCOUNTS_TABLE',
    'LINKS_TABLE',
    'UPLOADS_BUCKET',
    'BATCHES_WORKFLOW',
    'SHORT_ORIGIN',
    'MAX_ALIAS_LENGTH',
    'ALLOW_PRIVATE_TARGETS',
  ],
  'batch-events': ['JOBS_TABLE', 'ACCOUNTS_TABLE', 'BATCHES_WORKFLOW', 'TOKEN_ISSUER'],
  'batch-plan': [
    'JOBS_TABLE',
    'ACCOUNTS_TABLE',
    'LINKS_TABLE',
    'UPLOADS_BUCKET',
    'SHORT_ORIGIN',
    'MAX_ALIAS_LENGTH',
    'ALLOW_PRIVATE_TARGETS',
  ],
  'batch-rows': [
    'JOBS_TABLE',
    'ACCOUNTS_TABLE',
    'LINKS_TABLE',
    'QR_CODES_TABLE',
    'UPLOADS_BUCKET',
    'SHORT_ORIGIN',
    'MAX_ALIAS_LENGTH',
    'ALLOW_PRIVATE_TARGETS',
  ],
  'batch-finish': ['JOBS_TABLE', 'ACCOUNTS_TABLE', 'UPLOADS_BUCKET', 'SHORT_ORIGIN'],
  'batch-rollback': [
    'JOBS_TABLE',
    'ACCOUNTS_TABLE',
    'LINKS_TABLE',
    'UPLOADS_BUCKET',
    'SHORT_ORIGIN',
    'MAX_ALIAS_LENGTH',
    'ALLOW_PRIVATE_TARGETS',
  ],
  'batch-sweep': ['JOBS_TABLE', 'BATCHES_WORKFLOW'],
  service: ['LINKS_TABLE', 'ACCOUNTS_TABLE', 'COUNTS_TABLE', 'CLICK_STREAM'],
  authorizer: ['ACCOUNTS_TABLE', 'TOKEN_ISSUER'],
  'clicks-to-counts': ['COUNTS_TABLE', 'LIVE_TABLE'],
  'clicks-to-rows': [],
  'spool-to-stream': ['CLICK_SPOOL_TABLE', 'CLICK_STREAM'],
  'forget-salts': ['SALTS_TABLE'],
  'roll-up': ['LAKE_DATABASE', 'QUERY_WORKGROUP', 'LAKE_BUCKET'],
  reconcile: ['LAKE_DATABASE', 'QUERY_WORKGROUP', 'COUNTS_TABLE'],
  'cache-sync': ['CACHE_URL', 'CACHE_NAME', 'CACHE_USER'],
  announce: ['EVENT_BUS'],
  auth: ['ACCOUNTS_TABLE', 'OUTBOX_TABLE', 'SIGNING_KEYS_SECRET', 'TOKEN_ISSUER', 'ORIGIN_SECRET', 'REGISTRATION'],
  accounts: ['ACCOUNTS_TABLE', 'OUTBOX_TABLE', 'LINKS_TABLE', 'ORIGIN_SECRET'],
  admin: ['ACCOUNTS_TABLE'],
  mail: ['OUTBOX_TABLE', 'MAIL_FROM'],
  erase: [
    'ACCOUNTS_TABLE',
    'OUTBOX_TABLE',
    'LINKS_TABLE',
    'COUNTS_TABLE',
    'EVENTS_TABLE',
    'JOBS_TABLE',
    'RESULTS_BUCKET',
    'REPORTS_WORKFLOW',
    'BATCHES_WORKFLOW',
    'QR_CODES_TABLE',
    'IMAGES_BUCKET',
    'UPLOADS_BUCKET',
  ],
  'erase-rows': ['JOBS_TABLE', 'LAKE_DATABASE', 'QUERY_WORKGROUP', 'LAKE_BUCKET', 'LAKE_KEPT_DAYS'],
  'rotate-keys': ['ACCOUNTS_TABLE', 'KEY_LEAD_S'],
} as const satisfies Record<FunctionName, readonly EnvName[]>;

export type FunctionEnv<F extends FunctionName> = Readonly<Record<(typeof FUNCTION_ENV)[F][number], string>>;

/** Reads a function's whole environment once. Throws one error naming every missing variable. */
export function readEnv<F extends FunctionName>(
  functionName: F,
  source: NodeJS.ProcessEnv = process.env,
): FunctionEnv<F> {
  const names: readonly EnvName[] = FUNCTION_ENV[functionName];
  const missing = names.filter((name) => source[name] === undefined);
  if (missing.length > 0) throw new Error(`${functionName} lacks environment variables: ${missing.join(', ')}`);
  return Object.fromEntries(names.map((name) => [name, source[name]])) as FunctionEnv<F>;
}
