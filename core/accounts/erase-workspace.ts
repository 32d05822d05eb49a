import type { Pieces } from './erasure.ts';

/** Everything of one workspace, kind by kind. Doing any of it again changes nothing. */
export type WorkspaceErasure = {
  /** Makes every link answer 410; nothing is removed yet. */
  closeLinks(workspaceId: string): Pieces;
  /** Leaves of every link that its code is taken, and of its counts that they take no late click. */
  eraseLinks(workspaceId: string): Pieces;
  /** Counts of the workspace and its tags; late clicks add to none. */
  eraseCounts(workspaceId: string): Pieces;
  /** What was told of its links and pages, and its counters. */
  eraseEvents(workspaceId: string): Pieces;
  /** What was ordered, with its files; what still runs is stopped. */
  eraseJobs(workspaceId: string): Pieces;
  /** QR codes with their images, and what was uploaded for them. */
  eraseCodes(workspaceId: string): Pieces;
  /** Has its rows taken out of the lake, which takes until all that is on its way there has come. */
  orderRowErasure(workspaceId: string): Pieces;
  eraseApiKeys(workspaceId: string): Pieces;
  /** With what leads to them from the invited addresses. */
  eraseInvites(workspaceId: string): Pieces;
  /** With what leads to the workspace from people, and from those who left. */
  eraseMembers(workspaceId: string): Pieces;
  eraseAuditLog(workspaceId: string): Pieces;
  /** Limits, answers kept for repeats, and at last the workspace itself. */
  eraseRest(workspaceId: string): Pieces;
};

/** First of all what visitors see. */
export const closingOfWorkspace = (store: WorkspaceErasure, workspaceId: string): readonly Pieces[] => [
  store.closeLinks(workspaceId),
];

export const erasureOfWorkspace = (store: WorkspaceErasure, workspaceId: string): readonly Pieces[] => [
  // A batch makes links: it is stopped before they are erased.
  store.eraseJobs(workspaceId),
  store.eraseLinks(workspaceId),
  store.eraseCounts(workspaceId),
  store.eraseEvents(workspaceId),
  store.orderRowErasure(workspaceId),
  // Behind jobs: what still runs may write.
  store.eraseCodes(workspaceId),
  store.eraseApiKeys(workspaceId),
  store.eraseInvites(workspaceId),
  store.eraseMembers(workspaceId),
  store.eraseAuditLog(workspaceId),
  store.eraseRest(workspaceId),
];
