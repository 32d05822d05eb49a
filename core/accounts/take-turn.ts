import type { UserErasure } from './erase-user.ts';
import { erasureOfUser } from './erase-user.ts';
import type { WorkspaceErasure } from './erase-workspace.ts';
import { closingOfWorkspace, erasureOfWorkspace } from './erase-workspace.ts';
import type { ErasureJob, Turn } from './erasure.ts';
import { isDue, work } from './erasure.ts';

export type ErasureDeps = {
  readonly workspaces: WorkspaceErasure;
  readonly users: UserErasure;
  readonly nowMs: () => number;
};

/** Others wait to be closed meanwhile: that is what visitors see, the rest is only what stays in store. */
const TURN_MS = 2_000;

/** Closes what is still open, as long as there is time in all; erases for one turn, once nothing else writes any more. */
export async function takeTurn(deps: ErasureDeps, job: ErasureJob, isTimeUp: () => boolean): Promise<Turn> {
  const isClosed = job.isClosed || (await close(deps, job, isTimeUp));
  if (!isClosed || !isDue(job, deps.nowMs())) return { isClosed, isDone: false };
  const endMs = deps.nowMs() + TURN_MS;
  const isDone = await erase(deps, job, () => deps.nowMs() >= endMs || isTimeUp());
  return { isClosed, isDone };
}

const close = async (deps: ErasureDeps, job: ErasureJob, isTimeUp: () => boolean): Promise<boolean> =>
  job.kind === 'erase-user' || work(closingOfWorkspace(deps.workspaces, job.workspaceId), isTimeUp);

async function erase(deps: ErasureDeps, job: ErasureJob, isTimeUp: () => boolean): Promise<boolean> {
  if (job.kind === 'erase-workspace') return work(erasureOfWorkspace(deps.workspaces, job.workspaceId), isTimeUp);
  const person = { userId: job.userId, email: await deps.users.findEmail(job.userId) };
  return work(erasureOfUser(deps.users, person), isTimeUp);
}
