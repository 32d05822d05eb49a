import type { StoredAnswer } from '../../core/accounts/idempotency.ts';
import type { CreatedCode } from '../../core/qr/create-code.ts';
import { createCode } from '../../core/qr/create-code.ts';
import type { WantedCode } from '../../core/qr/qr-code.ts';
import { jsonAnswer } from '../http.ts';
import { stored } from '../idempotent.ts';
import { jsonBody } from '../json-body.ts';
import { toAnswer as toLinkAnswer } from '../links/link-body.ts';
import { toAnswer } from './answer.ts';
import { toAskedCode } from './body.ts';
import type { Context } from './context.ts';
import { takeDrawing } from './context.ts';
import type { MadeLink } from './new-link.ts';
import { newLink } from './new-link.ts';
import { wantedOf, wanting } from './wanted.ts';

/** Makes a code and, if it is asked to, the link it leads to: both or neither. */
export async function create(context: Context, seed: string): Promise<StoredAnswer> {
  const { deps, request, caller } = context;
  const asked = toAskedCode(jsonBody(request));
  const { content, force } = asked;
  const wants = wanting(context, asked);
  const make = (wanted: WantedCode, takeQuota: () => Promise<void>): Promise<CreatedCode> =>
    createCode(deps, { workspaceId: caller.workspaceId, wanted, force, seed, takeQuota });
  if (content.kind === 'created') {
    const made = await newLink(context, content, { wants, force, seed });
    return answerOf(context, await make(wants.ofLink(made.scan), async () => undefined), made);
  }
  const wanted = await wantedOf(context, content, wants);
  return answerOf(context, await make(wanted, () => takeDrawing(context)), null);
}

function answerOf({ deps }: Context, { kind, code }: CreatedCode, made: MadeLink | null): StoredAnswer {
  const answer = toAnswer(code, deps.shortOrigin);
  const isNew = kind === 'created' || made?.isNew === true;
  const whole = made === null ? answer : { ...answer, link: toLinkAnswer(made.link, 0, deps.shortOrigin) };
  return stored(jsonAnswer(isNew ? 201 : 200, whole, { location: `/v1/qr/${code.id}` }));
}
