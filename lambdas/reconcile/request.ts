import * as z from 'zod/mini';

const hour = z.string().check(
  z.regex(/^\d{4}-\d{2}-\d{2}T\d{2}$/),
  z.refine((text) => Number.isFinite(Date.parse(`${text}:00Z`))),
);

/**
 * What an operator asks for: hours of UTC from `start` to before `end` (`2026-11-21T14`), or a whole `day` with all its
 * dimensions. The schedule asks for neither, and gets what is due.
 */
export const reconcileRequest = z.object({
  start: z.optional(hour),
  end: z.optional(hour),
  day: z.optional(z.iso.date()),
});
export type ReconcileRequest = z.infer<typeof reconcileRequest>;
