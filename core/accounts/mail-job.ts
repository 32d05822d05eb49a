import type { RandomBytes } from '../links/short-code.ts';
import { newSortableId } from '../sortable-id.ts';
import type { Job, Mail } from './outbox.ts';

/** A mail to be sent once the change it tells of is committed. */
export const newMailJob = (
  deps: { readonly randomBytes: RandomBytes; readonly nowMs: () => number },
  mail: Mail,
): Job => ({ kind: 'mail', id: newSortableId('mail', deps.nowMs(), deps.randomBytes), mail });
