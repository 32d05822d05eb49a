import { Logger } from '@aws-lambda-powertools/logger';
import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { KinesisClient, PutRecordCommand } from '@aws-sdk/client-kinesis';
import { DynamoDBDocumentClient, GetCommand } from '@aws-sdk/lib-dynamodb';
import middy from '@middy/core';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { Redis } from 'iovalkey';
import { fromLinkItem } from '../../adapters/link-item.ts';
import { linkKey } from '../../adapters/table.ts';
import { campaignOf } from '../../core/clicks/campaign.ts';
import { newClickId } from '../../core/clicks/click-id.ts';
import { visitorHash } from '../../core/clicks/visitor-hash.ts';
import { decodeHotLink, encodeHotLink, toHotLink } from '../../core/links/hot-link.ts';
import { decide } from '../../core/links/visit.ts';
import { visitorOf } from '../../lambdas/redirect/visitor.ts';

/**
 * The redirect as one would write it from the guides: middy, Powertools logger, document client, cache-aside, one
 * PutRecord awaited per click. Same decisions, same click, same durability as ours.
 */
const logger = new Logger({ serviceName: 'plain', logLevel: 'WARN' });
const dynamodb = DynamoDBDocumentClient.from(new DynamoDBClient({}));
const kinesis = new KinesisClient({});
const valkey = new Redis(process.env['VALKEY_ENDPOINT_URL'] ?? '');
/** One salt for ever: fetching it once a day is not what is measured. */
const hashOf = visitorHash({ at: () => Promise.resolve(Buffer.alloc(32)) });
const { LINKS_TABLE = '', CLICK_STREAM = '', ORIGIN_SECRET = '' } = process.env;

async function find(code: string) {
  const cached = await valkey.get(`plain/${code}`);
  const known = cached === null ? undefined : decodeHotLink(cached, code);
  if (known !== undefined) return known;
  const { Item } = await dynamodb.send(new GetCommand({ TableName: LINKS_TABLE, Key: linkKey('default', code) }));
  const link = Item === undefined ? null : toHotLink(fromLinkItem(Item));
  await valkey.set(`plain/${code}`, encodeHotLink(link), 'EX', 60);
  return link;
}

export const handler = middy<APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2>()
  .use(injectLambdaContext(logger))
  .handler(async (event) => {
    const code = event.pathParameters?.['code'] ?? '';
    const link = await find(code);
    const nowMs = Date.now();
    const verdict = decide(link, { intent: 'open', query: '', unlocked: true }, nowMs);
    if (verdict.kind !== 'go' || link === null) return { statusCode: 404 };
    const { address, ...visitor } = visitorOf(event, ORIGIN_SECRET);
    const click = {
      id: newClickId(nowMs),
      domain: 'default',
      code,
      workspace_id: link.workspaceId,
      tags: link.tags,
      at_ms: nowMs,
      source: 'click',
      placement: '',
      ...visitor,
      ...campaignOf(event.rawQueryString),
      visitor: await hashOf(address, visitor.user_agent, nowMs),
    };
    await kinesis.send(
      new PutRecordCommand({
        StreamName: CLICK_STREAM,
        PartitionKey: `default/${code}`,
        Data: Buffer.from(JSON.stringify(click)),
      }),
    );
    return {
      statusCode: verdict.status,
      headers: { location: verdict.location, 'cache-control': 'private, no-store' },
    };
  });
