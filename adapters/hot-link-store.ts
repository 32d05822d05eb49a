import { toHotLink } from '../core/links/hot-link.ts';
import type { HotLinkStore } from '../core/links/hot-links.ts';
import type { AttributeValue } from './attribute-value.ts';
import { plainItem } from './attribute-value.ts';
import type { AwsJsonClient } from './aws-json.ts';
import { fromLinkItem } from './link-item.ts';
import { linkKey } from './table.ts';
import { withVisitorRetry } from './visitor-retry.ts';

/** Reads a link for a visit: consistently, so that an acknowledged change is never read past. */
export function hotLinkStore(dynamodb: AwsJsonClient, linksTable: string): HotLinkStore {
  return {
    async read(domain, code) {
      const { pk, sk } = linkKey(domain, code);
      const answer = await withVisitorRetry((timeoutMs) =>
        dynamodb(
          'GetItem',
          { TableName: linksTable, Key: { pk: { S: pk }, sk: { S: sk } }, ConsistentRead: true },
          timeoutMs,
        ),
      );
      const item = answer['Item'] as Readonly<Record<string, AttributeValue>> | undefined;
      return item === undefined ? null : toHotLink(fromLinkItem(plainItem(item)));
    },
  };
}
