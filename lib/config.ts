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
  };
  readonly links: {
    /** Contract: 20, at most 50. */
    readonly maxAliasLength: number;
    readonly allowPrivateTargets: boolean;
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
  clicks: { stream: { mode: 'provisioned', shards: 1 }, batchWindowS: 0 },
  links: { maxAliasLength: 20, allowPrivateTargets: false },
  logRetentionDays: 7,
  alarmEmail: null,
};

const prod: StageSettings = {
  ...dev,
  stage: 'prod',
  data: 'retain',
  encryption: 'customer-managed',
  cache: { mode: 'vpc', maxStorageGb: 5, maxEcpuPerSecond: 5_000 },
  clicks: { stream: { mode: 'on-demand' }, batchWindowS: 0 },
  logRetentionDays: 365,
};

/** The laptop runs `dev` with the cache wiring of `prod`, so that every function is exercised as deployed. */
const laptop: StageSettings = { ...dev, stage: 'laptop', cache: { ...prod.cache } };

export const STAGES = { dev, prod, laptop } as const;
export type StageName = keyof typeof STAGES;

/** Settings that replace a stage's own; a group (`cache`, `clicks`, `links`) may be given in part. */
export type SettingsOverrides = Partial<Omit<StageSettings, 'cache' | 'clicks' | 'links'>> & {
  readonly [Group in 'cache' | 'clicks' | 'links']?: Partial<StageSettings[Group]>;
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
    links: { ...own.links, ...overrides.links },
  });
}
