import { z } from 'zod';
import type { StageSettings } from './config.ts';

const wholeNumber = (from: number, to: number) =>
  z.number().refine((value) => Number.isInteger(value) && value >= from && value <= to, {
    error: `must be a whole number from ${from} to ${to}`,
  });

const door = z
  .strictObject({
    hostname: z
      .string()
      .regex(/^(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,}$/, 'must be a host name'),
    certificateArn: z
      .string()
      .regex(
        /^arn:aws[a-z-]*:acm:us-east-1:\d{12}:certificate\/[\w-]+$/,
        'must be an ACM certificate in us-east-1, where CloudFront looks for it',
      ),
  })
  .nullable();

const isOrigin = (text: string): boolean => URL.canParse(text) && new URL(text).origin === text;

/** `name@example.com` or `Name <name@example.com>`. */
const SENDER = /^(?:[^<>"\p{Cc}]+ <([^@<>\s]+@[^@<>\s]+)>|([^@<>\s]+@[^@<>\s]+))$/u;

/** The address of a sender. Throws on a text that `checkSettings` refuses. */
export function senderAddress(sender: string): string {
  const [, named, bare] = SENDER.exec(sender) ?? [];
  const address = named ?? bare;
  if (address === undefined) throw new Error(`Not a sender of mails: ${sender}`);
  return address;
}

const SETTINGS = z
  .strictObject({
    // Part of names that ElastiCache limits to 40 characters.
    stage: z.string().regex(/^[a-z][a-z0-9-]{0,15}$/, 'must be 1 to 16 lower-case letters, digits or hyphens'),
    data: z.enum(['retain', 'destroy']),
    encryption: z.enum(['aws-owned', 'customer-managed']),
    shortDomain: door,
    appDomain: door,
    shortOrigin: z
      .string()
      .refine(isOrigin, 'must be an origin such as https://s.example.com, without a path')
      .nullable(),
    cache: z.strictObject({
      mode: z.enum(['vpc', 'public', 'none']),
      maxStorageGb: wholeNumber(1, 5_000),
      maxEcpuPerSecond: wholeNumber(1_000, 15_000_000),
    }),
    clicks: z.strictObject({
      stream: z.discriminatedUnion('mode', [
        z.strictObject({ mode: z.literal('on-demand') }),
        z.strictObject({ mode: z.literal('provisioned'), shards: wholeNumber(1, 500) }),
      ]),
      batchWindowS: wholeNumber(0, 300),
      maxLiveStreams: wholeNumber(1, 10_000).nullable(),
    }),
    lake: z.strictObject({
      keptDays: wholeNumber(1, 3_650),
      // Firehose makes no smaller Parquet files.
      bufferMb: wholeNumber(64, 128),
      bufferS: wholeNumber(0, 900),
      maxExports: wholeNumber(1, 1_000).nullable(),
      queryCutoffGb: wholeNumber(1, 10_000),
    }),
    qr: z.strictObject({ maxBatchStreams: wholeNumber(1, 10_000).nullable() }),
    links: z.strictObject({ maxAliasLength: wholeNumber(3, 50), allowPrivateTargets: z.boolean() }),
    accounts: z.strictObject({
      registration: z.enum(['open', 'closed']),
      // Those who verify and those who sign each remember what they read for a minute (core/accounts/published-keys.ts).
      keyLeadS: wholeNumber(121, 86_400),
      maxConcurrentSignIns: wholeNumber(1, 1_000).nullable(),
    }),
    mail: z.strictObject({
      from: z.string().regex(SENDER, 'must be a sender such as Signpost <no-reply@example.com>').nullable(),
    }),
    logRetentionDays: z.literal([7, 30, 90, 365]),
    alarmEmail: z.email().nullable(),
  })
  .refine(({ accounts, mail }) => accounts.registration === 'closed' || mail.from !== null, {
    path: ['accounts', 'registration'],
    error: 'must be closed where mail.from is null: an address is proven by mail',
  }) satisfies z.ZodType<StageSettings>;

/** Settings that a deployment can be made of. Throws one error that names every wrong or unknown setting. */
export function checkSettings(settings: unknown): StageSettings {
  const result = SETTINGS.safeParse(settings);
  if (result.success) return result.data;
  const lines = result.error.issues.map(({ path, message }) => `  ${path.join('.')}: ${message}`);
  throw new Error(`These stage settings cannot be deployed (lib/config.ts):\n${lines.join('\n')}`);
}
