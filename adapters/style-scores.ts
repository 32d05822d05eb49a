import { GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import type { StyleScores } from '../core/qr/style-scores.ts';
import type { DocumentClient } from './dynamodb.ts';
import { scanReport } from './qr-items.ts';
import { styleScoreKey } from './table.ts';

/** Measuring again costs a tenth of a second. */
const LIFETIME_MS = 90 * 86_400_000;

/** What was measured of styles, in the table of codes. It tells nothing of anybody. */
export const styleScores = (client: DocumentClient, table: string, nowMs: () => number): StyleScores => ({
  async find(styleSha256) {
    const { Item } = await client.send(new GetCommand({ TableName: table, Key: styleScoreKey(styleSha256) }));
    return Item === undefined ? null : scanReport.parse(Item['scan']);
  },
  async keep(styleSha256, scan) {
    const Item = { ...styleScoreKey(styleSha256), scan, ttl_s: Math.ceil((nowMs() + LIFETIME_MS) / 1_000) };
    await client.send(new PutCommand({ TableName: table, Item }));
  },
});

/** For who only wants to know: nothing is kept, and nothing is taken from what was. */
export const noStyleScores: StyleScores = { find: async () => null, keep: async () => undefined };
