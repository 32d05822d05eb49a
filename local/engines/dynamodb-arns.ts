const TABLE_ARN_PREFIX = 'arn:aws:dynamodb:us-east-1:000000000000:table/';
const UPSTREAM_ARN_PREFIX = 'arn:aws:dynamodb:dynoxide:000000000000:table/';
/** Real labels are the time the stream was switched on; the template's roles and event sources know this constant one. */
const STREAM_LABEL = '2026-01-01T00:00:00.000';

const OUR_STREAM = /arn:aws:dynamodb:us-east-1:000000000000:table\/([^/"|]+)\/stream\/[^"|]+/g;
const UPSTREAM_STREAM = /arn:aws:dynamodb:dynoxide:000000000000:table\/([^/"|]+)\/stream\/[^"|]+/g;

export const tableArnOf = (table: string): string => TABLE_ARN_PREFIX + table;
export const streamArnOf = (table: string): string => `${tableArnOf(table)}/stream/${STREAM_LABEL}`;

/** The table of a table's, index's or stream's ARN; `*` stays what it is. */
export const tableNameOf = (arn: string): string =>
  arn.startsWith(TABLE_ARN_PREFIX) ? (arn.slice(TABLE_ARN_PREFIX.length).split('/')[0] ?? arn) : arn;

/** A request's text with ARNs as dynoxide writes them; `upstreamStreamArn` knows each table's own. */
export const toUpstreamArns = (text: string, upstreamStreamArn: (table: string) => string | undefined): string =>
  text
    .replace(OUR_STREAM, (arn, table: string) => upstreamStreamArn(table) ?? arn)
    .replaceAll(TABLE_ARN_PREFIX, UPSTREAM_ARN_PREFIX);

/** An answer's text with ARNs as AWS writes them. */
export const toOurArns = (text: string): string =>
  text
    .replace(UPSTREAM_STREAM, (_, table: string) => streamArnOf(table))
    .replaceAll(UPSTREAM_ARN_PREFIX, TABLE_ARN_PREFIX);
