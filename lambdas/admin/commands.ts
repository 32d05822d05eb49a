import * as z from 'zod/mini';
import type { PlanName } from '../../core/accounts/plan.ts';
import { PLANS } from '../../core/accounts/plan.ts';
import { emailText, nameText } from '../auth/schemas.ts';

const planNames = Object.keys(PLANS) as PlanName[];

/** The commands of the admin function: its whole event. */
export const command = z.discriminatedUnion('command', [
  z.strictObject({
    command: z.literal('create-user'),
    email: emailText,
    name: nameText,
    password: z.optional(z.string().check(z.maxLength(1_024))),
    is_admin: z.optional(z.boolean()),
    plan: z.optional(z.enum(planNames)),
  }),
  z.strictObject({ command: z.literal('make-admin'), email: emailText }),
  z.strictObject({ command: z.literal('reset-password'), email: emailText }),
]);
export type Command = z.infer<typeof command>;
