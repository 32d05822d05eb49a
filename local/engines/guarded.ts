import { AwsError, accessDenied } from './aws-json.ts';
import type { Authorize, EngineCall, FaultInjection } from './engine.ts';

export type Guard = { readonly authorize: Authorize; readonly faults: FaultInjection };

/** Who may, then what a test wants to go wrong, then the work itself. Throws AwsErrors for refusals of both kinds. */
export async function guarded<Answer>(
  call: EngineCall,
  { authorize, faults }: Guard,
  work: () => Answer | Promise<Answer>,
): Promise<Answer | 'hang' | 'cut'> {
  const decision = authorize(call);
  if (!decision.allowed) throw accessDenied(decision.message);
  const fault = faults.faultFor?.(call, 0) ?? null;
  if (fault?.kind === 'refuse') throw new AwsError(fault.errorType, 'Refused by an injected fault.', fault.status);
  if (fault?.kind === 'hang') return 'hang';
  const answer = await work();
  return fault?.kind === 'lose-answer' ? 'cut' : answer;
}
