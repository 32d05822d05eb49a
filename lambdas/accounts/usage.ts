import * as z from 'zod/mini';
import type { PlanName } from '../../core/accounts/plan.ts';
import { PLANS } from '../../core/accounts/plan.ts';
import type { Usage, UsageDeps, WindowUse } from '../../core/accounts/usage.ts';
import { usageOf } from '../../core/accounts/usage.ts';
import { jsonAnswer } from '../http.ts';
import type { AccountsRoute } from './context.ts';
import { callerInPath } from './workspace-caller.ts';

const windowUse = z.strictObject({
  limit: z.int(),
  used: z.int(),
  remaining: z.int(),
  window_seconds: z.int(),
  /** Null while nothing of the window is used. */
  reset_at: z.nullable(z.iso.datetime()),
});
const seats = z.strictObject({ limit: z.int(), used: z.int() });

export const usageAnswer = z.strictObject({
  plan: z.enum(Object.keys(PLANS) as [PlanName, ...PlanName[]]),
  /** Links that may be created in a minute, singly or in bulk. */
  creates: windowUse,
  /** Links that may be created in thirty days; null where the plan has no such limit. */
  links: z.nullable(windowUse),
  /** Members and open invites. */
  members: seats,
  api_keys: seats,
  bulk_size: z.int(),
  retention_days: z.int(),
});

export const readUsage: AccountsRoute<UsageDeps> = async ({ deps, request }) =>
  jsonAnswer(200, toUsageAnswer(await usageOf(deps, callerInPath(request))));

const toUsageAnswer = ({ plan, limits, creates, links, members, apiKeys }: Usage): z.infer<typeof usageAnswer> => ({
  plan,
  creates: toWindowAnswer(creates),
  links: links === null ? null : toWindowAnswer(links),
  members: { ...members },
  api_keys: { ...apiKeys },
  bulk_size: limits.bulkSize,
  retention_days: limits.retentionDays,
});

const toWindowAnswer = ({ limit, used, windowS, resetAtMs }: WindowUse) => ({
  limit,
  used,
  remaining: limit - used,
  window_seconds: windowS,
  reset_at: resetAtMs === null ? null : new Date(resetAtMs).toISOString(),
});
