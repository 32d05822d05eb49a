import type { RandomBytes } from '../links/short-code.ts';
import { newSortableId } from '../sortable-id.ts';
import type { AuditEntry } from './audit.ts';

export type AuditDeps = { readonly randomBytes: RandomBytes; readonly nowMs: () => number };

/** An entry of now. It is written in the transaction of the change it tells of, so neither is without the other. */
export function newAuditEntry(deps: AuditDeps, entry: Omit<AuditEntry, 'id' | 'atMs'>): AuditEntry {
  const atMs = deps.nowMs();
  return { ...entry, id: newSortableId('evt', atMs, deps.randomBytes), atMs };
}
