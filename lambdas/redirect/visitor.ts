import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { MAX_USER_AGENT_LENGTH } from '../../core/clicks/click-event.ts';
import { firstLanguage } from '../../core/clicks/language.ts';
import { referrerHost } from '../../core/clicks/referrer.ts';
import type { Visitor } from '../../core/links/visit.ts';
import { viewerAddress, viewerOf } from '../viewer.ts';

/** Who visits. What their browser says is believed; where they are is believed of our CloudFront only. */
export const visitorOf = (
  { headers, requestContext }: Pick<APIGatewayProxyEventV2, 'headers' | 'requestContext'>,
  originSecret: string,
): Visitor => ({
  ...viewerOf(headers, originSecret),
  address: viewerAddress(headers, originSecret, requestContext.http.sourceIp),
  referrer: referrerHost(headers['referer'] ?? ''),
  language: firstLanguage(headers['accept-language'] ?? ''),
  user_agent: (headers['user-agent'] ?? '').slice(0, MAX_USER_AGENT_LENGTH),
});
