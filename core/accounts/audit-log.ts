import type { Page } from '../links/link-store.ts';
import type { RandomBytes } from '../links/short-code.ts';
import { newSortableId } from '../sortable-id.ts';
import type { AuditAction, AuditEntry } from './audit.ts';

export type AuditDeps = { readonly randomBytes: RandomBytes; readonly nowMs: () => number };

/** Null members take everything. `actorId` is a person's or a key's. */
export type AuditFilter = { readonly action: AuditAction | null; readonly actorId: string | null };

/** Entries are put by whoever makes the change, in its transaction; here they are read. */
export type AuditLog = {
  /** Newest first; the cursor is the id of the last entry that was looked at, so a page may be short or empty and go on. */
  list(workspaceId: string, filter: AuditFilter, limit: number, beforeId: string | null): Promise<Page<AuditEntry>>;
};

/** An entry of now. It is written in the transaction of the change it tells of, so neither is without the other. */
export function newAuditEntry(deps: AuditDeps, entry: Omit<AuditEntry, 'id' | 'atMs'>): AuditEntry {
  const atMs = deps.nowMs();
  return { ...entry, id: newSortableId('evt', atMs, deps.randomBytes), atMs };
}
