import { randomUUID } from 'node:crypto';
import { ACCOUNT_ID, REGION } from '../cloud/account.ts';
import { AwsError } from './aws-json.ts';

type Input = Readonly<Record<string, unknown>>;

/** An entry of PutEvents, of the right types; what it says is looked at by `eventOf`. */
export type PutEntry = {
  readonly busName: string;
  readonly source: string;
  readonly detailType: string;
  /** JSON. */
  readonly detail: string;
  readonly resources: readonly string[];
  readonly timeMs: number | null;
};

/** An event as rules see it and targets get it. */
export type BusEvent = {
  readonly version: '0';
  readonly id: string;
  readonly 'detail-type': string;
  readonly source: string;
  readonly account: string;
  readonly time: string;
  readonly region: string;
  readonly resources: readonly string[];
  readonly detail: Input;
};

export type EntryFailure = { readonly ErrorCode: string; readonly ErrorMessage: string };
export type EntryAnswer = { readonly EventId: string } | EntryFailure;

const MAX_ENTRIES = 10;
const MAX_BYTES = 1_048_576;
const TIME_BYTES = 14;
const MEMBERS = new Set(['EventBusName', 'Source', 'DetailType', 'Detail', 'Resources', 'Time']);

/** The entries of a call. Throws ValidationException where AWS refuses the call as a whole, and for what the laptop does not play. */
export function entriesOf({ Entries, EndpointId }: Input): readonly PutEntry[] {
  if (EndpointId !== undefined) throw refused("The laptop's EventBridge has no global endpoints.");
  if (!Array.isArray(Entries) || Entries.length === 0 || Entries.length > MAX_ENTRIES) {
    throw refused(`1 validation error detected: 'entries' must have length between 1 and ${MAX_ENTRIES}.`);
  }
  const entries = Entries.map(entryOf);
  const bytes = entries.reduce((sum, entry) => sum + bytesOf(entry), 0);
  if (bytes > MAX_BYTES) throw refused('Total size of the entries in the request is over the limit.');
  return entries;
}

/** As AWS counts: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-putevents.html */
const bytesOf = ({ source, detailType, detail, resources, timeMs }: PutEntry): number =>
  Buffer.byteLength(source + detailType + detail + resources.join('')) + (timeMs === null ? 0 : TIME_BYTES);

function entryOf(value: unknown): PutEntry {
  if (typeof value !== 'object' || value === null) throw refused('An entry is an object.');
  const unknown = Object.keys(value).find((member) => !MEMBERS.has(member));
  if (unknown !== undefined) throw refused(`The laptop's EventBridge does not play ${unknown}.`);
  const { EventBusName = 'default', Source = '', DetailType = '', Detail = '', Resources = [], Time } = value as Input;
  const text = (member: unknown): string => {
    if (typeof member === 'string') return member;
    throw refused('Members of an entry are text.');
  };
  if (!Array.isArray(Resources)) throw refused('Resources are a list.');
  if (Time !== undefined && typeof Time !== 'number') throw refused('Time is a number of seconds.');
  return {
    busName: text(EventBusName),
    source: text(Source),
    detailType: text(DetailType),
    detail: text(Detail),
    resources: Resources.map(text),
    timeMs: Time === undefined ? null : Time * 1_000,
  };
}

/** The event that an entry makes, or why AWS would not take it. */
export function eventOf(
  { source, detailType, detail, resources, timeMs }: PutEntry,
  nowMs: number,
): BusEvent | EntryFailure {
  const given = Object.entries({ Source: source, DetailType: detailType, Detail: detail });
  const [missing] = given.find(([, text]) => text === '') ?? [];
  if (missing !== undefined) {
    const ErrorMessage = `Parameter ${missing} is not valid. Reason: ${missing} is a required argument.`;
    return { ErrorCode: 'InvalidArgument', ErrorMessage };
  }
  if (source.startsWith('aws.')) {
    return { ErrorCode: 'NotAuthorizedForSourceException', ErrorMessage: 'Not authorized for the source.' };
  }
  const parsed = parsedDetail(detail);
  if (parsed === null) return { ErrorCode: 'MalformedDetail', ErrorMessage: 'Detail is malformed.' };
  return {
    version: '0',
    id: randomUUID(),
    'detail-type': detailType,
    source,
    account: ACCOUNT_ID,
    time: `${new Date(timeMs ?? nowMs).toISOString().slice(0, 19)}Z`,
    region: REGION,
    resources,
    detail: parsed,
  };
}

function parsedDetail(json: string): Input | null {
  try {
    const detail: unknown = JSON.parse(json);
    return typeof detail === 'object' && detail !== null && !Array.isArray(detail) ? (detail as Input) : null;
  } catch {
    return null;
  }
}

const refused = (message: string): AwsError => new AwsError('ValidationException', message);
