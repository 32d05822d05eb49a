/**
 * ★ Fact file: the DynamoDB tables, as data. `lib/` creates them from here, adapters build keys from here.
 * Every key of every item type is made by a function below, so no raw key of one type can pass for another's:
 * each partition key starts with its type's prefix, and a short code cannot contain `#` or `/`.
 */
export type TableName = 'links' | 'accounts' | 'counts' | 'clickSpool';

export type IndexFacts = {
  readonly partitionKey: string;
  readonly sortKey: { readonly name: string; readonly type: 'S' | 'N' };
  readonly projection: 'ALL' | 'KEYS_ONLY';
};

export type TableFacts = {
  /** All tables have string keys `pk` and, where `sortKey` is true, `sk`. */
  readonly sortKey: boolean;
  /** Attribute that holds the expiry in epoch seconds; DynamoDB tidies late, code always compares it. */
  readonly timeToLiveAttribute?: 'ttl_s';
  readonly stream?: 'NEW_IMAGE';
  readonly indexes: Readonly<Record<string, IndexFacts>>;
};

export const TABLES = {
  links: {
    sortKey: true,
    stream: 'NEW_IMAGE',
    indexes: {
      byWorkspace: { partitionKey: 'workspace_id', sortKey: { name: 'created_at', type: 'S' }, projection: 'ALL' },
      byTarget: {
        partitionKey: 'workspace_target',
        sortKey: { name: 'created_at', type: 'S' },
        projection: 'KEYS_ONLY',
      },
      byExternalId: {
        partitionKey: 'workspace_external_id',
        sortKey: { name: 'created_at', type: 'S' },
        projection: 'ALL',
      },
    },
  },
  accounts: { sortKey: true, timeToLiveAttribute: 'ttl_s', indexes: {} },
  counts: {
    sortKey: true,
    timeToLiveAttribute: 'ttl_s',
    indexes: {
      byWorkspaceClicks: { partitionKey: 'workspace_id', sortKey: { name: 'total', type: 'N' }, projection: 'ALL' },
    },
  },
  clickSpool: { sortKey: false, timeToLiveAttribute: 'ttl_s', stream: 'NEW_IMAGE', indexes: {} },
} as const satisfies Record<TableName, TableFacts>;

/**
 * Links live under the id of their short domain: `default` is the stage's own, whatever it is called today, so links
 * outlive a change of its name; a customer's further domains are keyed by host name.
 */
export const DEFAULT_DOMAIN = 'default';

/** Sort key of the one item that is the link itself; the cache-sync event source filters on it. */
export const LINK_SORT_KEY = 'link';

export const linkKey = (domain: string, code: string) => ({ pk: `link#${domain}/${code}`, sk: LINK_SORT_KEY });
/** The domain and code in a partition key that `linkKey` made; codes hold no slash. */
export function linkOfPartitionKey(pk: string): { readonly domain: string; readonly code: string } {
  const slash = pk.lastIndexOf('/');
  return { domain: pk.slice('link#'.length, slash), code: pk.slice(slash + 1) };
}
export const linkBudgetKey = (domain: string, code: string) => ({ pk: `link#${domain}/${code}`, sk: 'budget' });
export const linkVersionKey = (domain: string, code: string, version: number) => ({
  pk: `link#${domain}/${code}`,
  sk: `version#${String(version).padStart(8, '0')}`,
});
export const targetClaimKey = (workspaceTarget: string) => ({ pk: `target#${workspaceTarget}`, sk: 'claim' });
export const blocklistKey = () => ({ pk: 'blocklist' });

export const apiKeyKey = (secretSha256Hex: string) => ({ pk: `key#${secretSha256Hex}`, sk: 'key' });
export const workspaceKey = (workspaceId: string) => ({ pk: `ws#${workspaceId}`, sk: 'workspace' });
export const rateLimitKey = (workspaceId: string, limitName: string) => ({
  pk: `ws#${workspaceId}`,
  sk: `limit#${limitName}`,
});
export const idempotencyKey = (workspaceId: string, key: string) => ({
  pk: `ws#${workspaceId}`,
  sk: `idempotency#${key}`,
});
export const unlockAttemptsKey = (domain: string, code: string, client: string) => ({
  pk: `unlock#${domain}/${code}`,
  sk: client,
});

export const linkCountsKey = (domain: string, code: string) => `link#${domain}/${code}`;
/** Sorts behind every day, so that one query from a day on ends with the all-time total. */
export const LINK_TOTAL_SORT_KEY = 'day#total';
export const dayCountsSortKey = (day: string) => `day#${day}`;
/** Part 0 is the head of a window of counted clicks, with its version and count. */
export const countedClicksKey = (window: { readonly bucket: number; readonly startS: number }, part: number) => ({
  pk: `counted#${window.bucket}`,
  sk: `${window.startS}#${part}`,
});

export const spooledClicksKey = (batchId: string) => ({ pk: `spool#${batchId}` });
