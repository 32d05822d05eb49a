/**
 * ★ Fact file: the DynamoDB tables, as data. `lib/` creates them from here, adapters build keys from here.
 * Every key of every item type is made by a function below, so no raw key of one type can pass for another's:
 * each partition key starts with its type's prefix, and a short code cannot contain `#` or `/`.
 */
export type TableName =
  | 'links'
  | 'accounts'
  | 'counts'
  | 'clickSpool'
  | 'outbox'
  | 'salts'
  | 'live'
  | 'events'
  | 'jobs'
  | 'qrCodes';

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
  readonly stream?: 'NEW_IMAGE' | 'KEYS_ONLY';
  /** What is deleted here is gone: the table cannot be restored to a time before. */
  readonly forgets?: true;
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
  accounts: {
    sortKey: true,
    timeToLiveAttribute: 'ttl_s',
    indexes: {
      /** Only users have the attribute `kind`: what administrators list. Keys only, so no password hash is copied. */
      byKind: { partitionKey: 'kind', sortKey: { name: 'created_at', type: 'S' }, projection: 'KEYS_ONLY' },
    },
  },
  counts: {
    sortKey: true,
    timeToLiveAttribute: 'ttl_s',
    indexes: {
      byWorkspaceClicks: { partitionKey: 'workspace_id', sortKey: { name: 'total', type: 'N' }, projection: 'ALL' },
    },
  },
  /** Its clicks still have their user agents, so no backup keeps them. */
  clickSpool: { sortKey: false, timeToLiveAttribute: 'ttl_s', stream: 'NEW_IMAGE', forgets: true, indexes: {} },
  /** Its stream carries keys only: what it held of a person is gone when the item is. */
  outbox: { sortKey: false, timeToLiveAttribute: 'ttl_s', stream: 'KEYS_ONLY', indexes: {} },
  /** The salt of visitor hashes, of today only: no backup and no stream of it, because it must be forgotten. */
  salts: { sortKey: false, timeToLiveAttribute: 'ttl_s', forgets: true, indexes: {} },
  /** Clicks of watched workspaces, for a quarter of an hour; apart, so that watchers take nothing from the counters. */
  live: { sortKey: true, timeToLiveAttribute: 'ttl_s', forgets: true, indexes: {} },
  /** What customers tell of their own pages, and its counters; apart, so that telling takes nothing from counting clicks. */
  events: { sortKey: true, timeToLiveAttribute: 'ttl_s', indexes: {} },
  /** What was ordered and takes a while: where it stands, and what came of it, which is announced. */
  jobs: {
    sortKey: true,
    timeToLiveAttribute: 'ttl_s',
    stream: 'NEW_IMAGE',
    indexes: {
      /** Only batches that somebody is still to be at have the attribute `unsettled`: what is looked after by the clock. */
      byUnsettled: {
        partitionKey: 'unsettled',
        sortKey: { name: 'created_at_ms', type: 'N' },
        projection: 'KEYS_ONLY',
      },
    },
  },
  /** QR codes with their parameters, and what was measured of styles, which alone expires. */
  qrCodes: { sortKey: true, timeToLiveAttribute: 'ttl_s', indexes: {} },
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

/** `kind` of the items in the index byKind. */
export const USER_KIND = 'user';

/** All that is known of a person lies in one partition, so that erasing it is one query. */
export const userPartition = (userId: string) => `user#${userId}`;
export const userKey = (userId: string) => ({ pk: userPartition(userId), sk: 'user' });
export const sessionKey = (userId: string, sessionId: string) => ({
  pk: userPartition(userId),
  sk: `session#${sessionId}`,
});
export const refreshTokenKey = (userId: string, tokenSha256: string) => ({
  pk: userPartition(userId),
  sk: `refresh#${tokenSha256}`,
});
export const knownDeviceKey = (userId: string, deviceSha256: string) => ({
  pk: userPartition(userId),
  sk: `device#${deviceSha256}`,
});
/** One-time tokens of a person with an account: password reset, change of e-mail. */
export const userTokenKey = (userId: string, tokenSha256: string) => ({
  pk: userPartition(userId),
  sk: `token#${tokenSha256}`,
});
/** Names a workspace the person is a member of. */
export const membershipKey = (userId: string, workspaceId: string) => ({
  pk: userPartition(userId),
  sk: `membership#${workspaceId}`,
});
/** Stays when a person leaves: where their id may stand in an audit log. */
export const traceKey = (userId: string, workspaceId: string) => ({
  pk: userPartition(userId),
  sk: `trace#${workspaceId}`,
});

/** How many workspaces the person owns besides the personal one; gone with the person. */
export const ownedWorkspacesKey = (userId: string) => ({ pk: userPartition(userId), sk: 'owned-workspaces' });

/** What is known of an address, by its hash: no key and no index holds the address itself. */
export const emailPartition = (emailSha256: string) => `email#${emailSha256}`;
/** Whose address it is; written in one transaction with the user, so an address has one account. */
export const emailOwnerKey = (emailSha256: string) => ({ pk: emailPartition(emailSha256), sk: 'owner' });
/** A registration that waits for its proof. */
export const pendingUserKey = (emailSha256: string, tokenSha256: string) => ({
  pk: emailPartition(emailSha256),
  sk: `pending#${tokenSha256}`,
});
/** Names the one open invite that an address has to a workspace. */
export const invitedKey = (emailSha256: string, workspaceId: string) => ({
  pk: emailPartition(emailSha256),
  sk: `invite#${workspaceId}`,
});
/** Windows of guesses and mails: `subject` is an address' hash, a device's or a client's. */
export const attemptsKey = (limitName: string, subject: string) => ({ pk: `attempts#${subject}`, sk: limitName });

export const apiKeyKey = (secretSha256Hex: string) => ({ pk: `key#${secretSha256Hex}`, sk: 'key' });
export const workspacePartition = (workspaceId: string) => `ws#${workspaceId}`;
export const workspaceKey = (workspaceId: string) => ({ pk: workspacePartition(workspaceId), sk: 'workspace' });
export const memberKey = (workspaceId: string, userId: string) => ({
  pk: workspacePartition(workspaceId),
  sk: `member#${userId}`,
});
export const inviteKey = (workspaceId: string, inviteId: string) => ({
  pk: workspacePartition(workspaceId),
  sk: `invite#${inviteId}`,
});
/** Points from a workspace to one of its keys. */
export const workspaceApiKeyKey = (workspaceId: string, keyId: string) => ({
  pk: workspacePartition(workspaceId),
  sk: `key#${keyId}`,
});
export const auditKey = (workspaceId: string, entryId: string) => ({ pk: `audit#${workspaceId}`, sk: entryId });
/** The ids of all active administrators, so that one condition tells the last of them. */
export const administratorsKey = () => ({ pk: 'administrators', sk: 'active' });
/** The public halves of the signing keys, for those who verify. */
export const publicKeysKey = () => ({ pk: 'signing-keys', sk: 'public' });
export const rateLimitKey = (workspaceId: string, limitName: string) => ({
  pk: `ws#${workspaceId}`,
  sk: `limit#${limitName}`,
});
/** By the key's hash: callers put ids and addresses into it, and a key is not rewritten when somebody is erased. */
export const idempotencyKey = (workspaceId: string, keySha256: string) => ({
  pk: `ws#${workspaceId}`,
  sk: `idempotency#${keySha256}`,
});
export const unlockAttemptsKey = (domain: string, code: string, client: string) => ({
  pk: `unlock#${domain}/${code}`,
  sk: client,
});

/** Partitions of counters. A workspace's has its hash in place of its id, so that what marks it erased names nobody. */
export const linkCountsKey = (domain: string, code: string) => `link#${domain}/${code}`;
export const workspaceCountsKey = (workspaceSha256: string) => `ws#${workspaceSha256}`;
/** In front of the sort keys of a tag, which lie with its workspace. Encoded, no tag can run into another's keys. */
export const tagCountsPrefix = (tag: string) => `tag#${encodeURIComponent(tag.toWellFormed())}#`;
/** Sorts behind every day, so that one query from a day on ends with the all-time total. */
export const LINK_TOTAL_SORT_KEY = 'day#total';
export const dayCountsSortKey = (day: string) => `day#${day}`;
export const hourCountsSortKey = (hour: string) => `hour#${hour}`;
/** A day or hour that outgrew one item has further ones, each of one dimension; `part` is empty for the first. */
export const countsPartSortKey = (periodSortKey: string, part: string) =>
  part === '' ? periodSortKey : `${periodSortKey}#${part}`;
/** Behind all parts of a day and before the next, so that one query reads both counters and visitors. */
export const VISITORS_PART = 'visitors';
export const visitorsSortKey = (day: string) => countsPartSortKey(dayCountsSortKey(day), VISITORS_PART);
/** Part 0 is the head of a window of counted clicks, with its version and count. */
export const countedClicksKey = (
  window: { readonly ledger: string; readonly bucket: number; readonly startS: number },
  part: number,
) => ({
  pk: `counted#${window.ledger}/${window.bucket}`,
  sk: `${window.startS}#${part}`,
});
/** Shards of the click stream whose clicks are not all counted; nothing else lies in this partition. */
export const shardsBehindPartition = () => 'behind';
export const shardBehindKey = (shardId: string) => ({ pk: shardsBehindPartition(), sk: shardId });

/** The one salt there is: the next day's takes its place. */
export const saltKey = () => ({ pk: 'salt' });

const liveKey = (workspaceId: string, sk: string) => ({ pk: `live#${workspaceId}`, sk });
/** Who watches the workspace. */
export const liveWatchKey = (workspaceId: string) => liveKey(workspaceId, 'watch');
/** The number of the last entry. */
export const liveHeadKey = (workspaceId: string) => liveKey(workspaceId, 'head');
/** Sorts by number: no safe integer has more digits. */
export const liveEntryKey = (workspaceId: string, number: number) =>
  liveKey(workspaceId, `entry#${String(number).padStart(16, '0')}`);

/** Events of a workspace, by the ids they came with. */
export const eventsPartition = (workspaceId: string) => `event#${workspaceId}`;
export const eventKey = (workspaceId: string, eventId: string) => ({ pk: eventsPartition(workspaceId), sk: eventId });
type NamedLink = { readonly domain: string; readonly code: string };
/** Their counters, of the workspace and of each of its links, by day. */
export const eventCountsPartition = (workspaceId: string) => `count#${workspaceId}`;
export const eventCountsPrefix = (link: NamedLink | null) =>
  link === null ? 'day#' : `link#${link.domain}/${link.code}#day#`;
/** `kind` is a type and, behind `#`, the name of a custom event; `part` tells the items apart that one counter is made of. */
export const eventCountsKey = (
  workspaceId: string,
  { link, day, kind, part }: { link: NamedLink | null; day: string; kind: string; part: number },
) => ({ pk: eventCountsPartition(workspaceId), sk: `${eventCountsPrefix(link)}${day}#${kind}#${part}` });

export const spooledClicksKey = (batchId: string) => ({ pk: `spool#${batchId}` });

/** Prefixes by which followers of the outbox's stream pick their jobs. */
export const MAIL_PREFIX = 'mail#';
export const ERASURE_PREFIX = 'erase#';
export const mailJobKey = (mailId: string) => ({ pk: `${MAIL_PREFIX}${mailId}` });
export const erasureJobKey = (subjectId: string) => ({ pk: `${ERASURE_PREFIX}${subjectId}` });

/** All jobs of a workspace lie in one partition, so that erasing them is one query. */
export const jobsPartition = (workspaceId: string) => `job#${workspaceId}`;
export const REPORT_JOB_PREFIX = 'report#';
export const reportJobKey = (workspaceId: string, reportId: string) => ({
  pk: jobsPartition(workspaceId),
  sk: `${REPORT_JOB_PREFIX}${reportId}`,
});
export const BATCH_JOB_PREFIX = 'batch#';
export const batchJobKey = (workspaceId: string, batchId: string) => ({
  pk: jobsPartition(workspaceId),
  sk: `${BATCH_JOB_PREFIX}${batchId}`,
});
/** `unsettled` of the batches in the index byUnsettled. */
export const UNSETTLED_BATCH = 'batch';
/** Chunks of a batch, in the order of runs and numbers. */
export const batchChunksPrefix = (batchId: string) => `chunk#${batchId}#`;
export const batchChunkKey = (workspaceId: string, batchId: string, run: number, chunk: number) => ({
  pk: jobsPartition(workspaceId),
  sk: `${batchChunksPrefix(batchId)}${String(run).padStart(4, '0')}#${String(chunk).padStart(6, '0')}`,
});
/** Names the open jobs of a kind, so that one condition keeps them few. */
export const openJobsKey = (workspaceId: string, kind: 'report' | 'batch') => ({
  pk: jobsPartition(workspaceId),
  sk: `open#${kind}`,
});

/** Erased workspaces whose rows are still to leave the lake; they lie together, so that one query finds them all. */
export const rowErasuresPartition = () => 'rows-to-erase';
export const rowErasureKey = (workspaceId: string) => ({ pk: rowErasuresPartition(), sk: workspaceId });

/** All codes of a workspace lie in one partition: each under its id, and its id under the hash of its parameters. */
export const qrCodesPartition = (workspaceId: string) => `qr#${workspaceId}`;
/** In front of the ids of codes, and of nothing else in the partition. */
export const QR_ID_PREFIX = 'qr_';
export const qrCodeKey = (workspaceId: string, qrId: string) => ({ pk: qrCodesPartition(workspaceId), sk: qrId });
export const qrParametersKey = (workspaceId: string, parametersSha256: string) => ({
  pk: qrCodesPartition(workspaceId),
  sk: `=${parametersSha256}`,
});
/** Logos lie beside them, and how many there are. */
export const LOGO_ID_PREFIX = 'logo_';
export const logoKey = (workspaceId: string, logoId: string) => ({ pk: qrCodesPartition(workspaceId), sk: logoId });
export const logoCountKey = (workspaceId: string) => ({ pk: qrCodesPartition(workspaceId), sk: '#logos' });
/** What a style's codes score; nobody's, and spread by its hash. */
export const styleScoreKey = (styleSha256: string) => ({ pk: `scan#${styleSha256}`, sk: 'score' });
