import * as z from 'zod/mini';
import type { MakeDeps } from '../../core/reports/make-report.ts';
import { beginReport, failReport, writeReport } from '../../core/reports/make-report.ts';
import { saidIn } from '../../core/reports/report-failure.ts';

const report = { workspace_id: z.string(), report_id: z.string() };

/** The steps of the workflow `Reports` (`lib/constructs/reports-workflow.ts`). */
const stepEvent = z.discriminatedUnion('step', [
  z.strictObject({ step: z.literal('begin'), ...report }),
  z.strictObject({ step: z.literal('write'), ...report, location: z.string() }),
  z.strictObject({ step: z.literal('fail'), ...report, error: z.string(), cause: z.string() }),
]);

/** What a step answers to the workflow. */
type StepAnswer =
  /** The query to ask; null where nobody wants the report any more. */
  { readonly sql: string | null } | { readonly blame: 'ours' | 'not ours' } | { readonly done: true };

export const reportFileHandler =
  (deps: MakeDeps) =>
  async (event: unknown): Promise<StepAnswer> => {
    const step = stepEvent.parse(event);
    const id = { workspaceId: step.workspace_id, id: step.report_id };
    switch (step.step) {
      case 'begin':
        return { sql: await beginReport(deps, id) };
      case 'write':
        await writeReport(deps, id, step.location);
        return { done: true };
      case 'fail': {
        // The customer is told what to do; this tells us what happened, without what they asked for.
        const said = { report_id: step.report_id, error: step.error, said: saidIn(step) };
        console.error(JSON.stringify({ message: 'report failed', ...said }));
        return { blame: await failReport(deps, id, step) };
      }
    }
  };
