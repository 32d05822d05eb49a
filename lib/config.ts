import { checkSettings } from './settings-schema.ts';

/** Stage settings: every knob of a deployment, typed, with its default and the reason for it. Pure data. */

export type Door = {
  /** `s.example.com` with its ACM certificate (us-east-1), or null for CloudFront's own name. */
  readonly hostname: string;
  readonly certificateArn: string;
};

export type StageSettings = {
  readonly stage: string;
  /** What happens to tables, buckets and the stream when their stack is deleted. */
  readonly data: 'retain' | 'destroy';
  /** Who pays for and holds the encryption keys of tables, stream and bucket. */
  readonly encryption: 'aws-owned' | 'customer-managed';
  readonly shortDomain: Door | null;
  readonly appDomain: Door | null;
  /** Overrides the origin short URLs start with; the laptop's doors are plain HTTP on a port. */
  readonly shortOrigin: string | null;
  readonly cache: {
    /** `vpc`: ElastiCache inside a VPC; `public`: its public endpoint, no VPC; `none`: L1 and DynamoDB only. */
    readonly mode: 'vpc' | 'public' | 'none';
    readonly maxStorageGb: number;
    readonly maxEcpuPerSecond: number;
  };
  readonly clicks: {
    readonly stream: { readonly mode: 'on-demand' } | { readonly mode: 'provisioned'; readonly shards: number };
    /** How long the counter waits to fill a batch; part of "a click is visible within 2 s". */
    readonly batchWindowS: number;
    /** How many people may watch clicks live at once (reserved concurrency, as `maxConcurrentSignIns`); null reserves nothing. */
    readonly maxLiveStreams: number | null;
  };
  readonly lake: {
    /** How long a click stays a row. */
    readonly keptDays: number;
    /** Firehose writes a file when it has this much, or after this long: small files cost more to ask, big ones come later. */
    readonly bufferMb: number;
    readonly bufferS: number;
    /** How many exports may run at once (reserved concurrency, as `maxConcurrentSignIns`); null reserves nothing. */
    readonly maxExports: number | null;
    /** A query that reads more is cancelled. Athena takes $5 per TB: 10 GB are 5 cents. */
    readonly queryCutoffGb: number;
  };
  readonly qr: {
    /** How many people may watch batches at once (reserved concurrency, as `maxConcurrentSignIns`); null reserves nothing. */
    readonly maxBatchStreams: number | null;
  };
  readonly links: {
    /** Contract: 20, at most 50. */
    readonly maxAliasLength: number;
    readonly allowPrivateTargets: boolean;
  };
  readonly accounts: {
    /** `open`: anybody with an e-mail address may register; `closed`: administrators make all accounts. */
    readonly registration: 'open' | 'closed';
    /** How long a new signing key is published before tokens are signed with it; everybody has read it by then. */
    readonly keyLeadS: number;
    /**
     * How many passwords AWS lets the auth function check at once (its reserved concurrency), so that a flood of sign-ins
     * leaves the redirect its share; null reserves nothing. Taken from the account's concurrency, of which AWS insists
     * that 100 stay unreserved: a new account may have 10 in all.
     */
    readonly maxConcurrentSignIns: number | null;
  };
  readonly mail: {
    /** `Signpost <no-reply@example.com>`, of a domain that SES knows as ours; null sends no mail. */
    readonly from: string | null;
  };
  readonly logRetentionDays: 7 | 30 | 90 | 365;
  /** Where alarms are mailed; null makes the topic without a subscription. */
  readonly alarmEmail: string | null;
};

const dev: StageSettings = {
  stage: 'dev',
  data: 'destroy',
  encryption: 'aws-owned',
  shortDomain: null,
  appDomain: null,
  shortOrigin: null,
  cache: { mode: 'none', maxStorageGb: 1, maxEcpuPerSecond: 1_000 },
  clicks: { stream: { mode: 'provisioned', shards: 1 }, batchWindowS: 0, maxLiveStreams: null },
  lake: { keptDays: 30, bufferMb: 64, bufferS: 60, maxExports: null, queryCutoffGb: 1 },
  qr: { maxBatchStreams: null },
  links: { maxAliasLength: 20, allowPrivateTargets: false },
  // Nobody can prove an address without mail.
  accounts: { registration: 'closed', keyLeadS: 600, maxConcurrentSignIns: null },
  mail: { from: null },
  logRetentionDays: 7,
  alarmEmail: null,
};

const prod: StageSettings = {
  ...dev,
  stage: 'prod',
  data: 'retain',
  encryption: 'customer-managed',
  cache: { mode: 'vpc', maxStorageGb: 5, maxEcpuPerSecond: 5_000 },
  clicks: { stream: { mode: 'on-demand' }, batchWindowS: 0, maxLiveStreams: 100 },
  // Two whole years, so that every month has one to be compared with.
  lake: { keptDays: 800, bufferMb: 128, bufferS: 300, maxExports: 20, queryCutoffGb: 10 },
  qr: { maxBatchStreams: 50 },
  accounts: { ...dev.accounts, maxConcurrentSignIns: 50 },
  logRetentionDays: 365,
};

/** The laptop runs `dev` with the cache wiring of `prod` and with mail, so that every function is exercised as deployed. */
const laptop: StageSettings = {
  ...dev,
  stage: 'laptop',
  cache: { ...prod.cache },
  accounts: { ...dev.accounts, registration: 'open' },
  mail: { from: 'Signpost <no-reply@signpost.localhost>' },
};

export const STAGES = { dev, prod, laptop } as const;
export type StageName = keyof typeof STAGES;

type Group = 'cache' | 'clicks' | 'lake' | 'qr' | 'links' | 'accounts' | 'mail';

/** Settings that replace a stage's own; a group (`cache`, `clicks` …) may be given in part. */
export type SettingsOverrides = Partial<Omit<StageSettings, Group>> & {
  readonly [G in Group]?: Partial<StageSettings[G]>;
};

/**
 * The settings of a stage, with overrides from the context `signpost` or from the laptop. Throws on an unknown stage
 * and on settings no deployment can be made of.
 */
export function settingsFor(stage: string, overrides: SettingsOverrides = {}): StageSettings {
  if (!Object.hasOwn(STAGES, stage)) {
    throw new Error(`Unknown stage "${stage}"; the stages are ${Object.keys(STAGES).join(', ')} (lib/config.ts).`);
  }
  const own = STAGES[stage as StageName];
  return checkSettings({
    ...own,
    ...overrides,
    cache: { ...own.cache, ...overrides.cache },
    clicks: { ...own.clicks, ...overrides.clicks },
    lake: { ...own.lake, ...overrides.lake },
    qr: { ...own.qr, ...overrides.qr },
    links: { ...own.links, ...overrides.links },
    accounts: { ...own.accounts, ...overrides.accounts },
    mail: { ...own.mail, ...overrides.mail },
  });
}
