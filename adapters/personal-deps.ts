import type { LinkStore } from '../core/links/link-store.ts';
import { accountClosing } from './account-closing.ts';
import { apiKeyStore } from './api-key-store.ts';
import type { DocumentClient } from './dynamodb.ts';
import { listLinks } from './link-list.ts';
import { personalRecords } from './personal-records.ts';
import { profileStore } from './profile-store.ts';
import { seatCounts } from './seat-counts.ts';
import { sessionStore } from './session-store.ts';
import { userDirectory } from './user-directory.ts';
import { userStore } from './user-store.ts';

type Tables = { readonly accounts: string; readonly outbox: string; readonly links: string };

/** What people do with their own account, administrators with everybody's, and workspaces with their keys. */
export const personalDeps = (client: DocumentClient, tables: Tables, nowMs: () => number) => ({
  profiles: profileStore(client, tables.accounts),
  closing: accountClosing(client, tables),
  sessions: sessionStore(client, tables.accounts),
  directory: userDirectory(client, tables.accounts, userStore(client, tables.accounts)),
  apiKeys: apiKeyStore(client, tables.accounts),
  records: personalRecords(client, tables.accounts),
  links: linkLists(client, tables.links),
  seatCounts: seatCounts(client, tables.accounts, nowMs),
});

const linkLists = (client: DocumentClient, table: string): Pick<LinkStore, 'list'> => ({
  list: (...query) => listLinks(client, table, ...query),
});
