import { seededBytes } from '../../core/accounts/idempotency.ts';
import { checkDraft, createLink, freshCode } from '../../core/links/create-link.ts';
import type { Link } from '../../core/links/link.ts';
import { mayMakeNoLinks } from '../../core/links/may-make-no-links.ts';
import { qrRequestOf } from '../../core/qr/create-code.ts';
import { checkCode, requireScannable } from '../../core/qr/make-code.ts';
import type { Scan } from '../../core/qr/scan-path.ts';
import { toDraft } from '../links/link-body.ts';
import { withCreatesTaken } from '../quota.ts';
import type { AskedContent } from './body.ts';
import { below } from './body.ts';
import type { Context } from './context.ts';
import { takeDrawing } from './context.ts';
import type { Wants } from './wanted.ts';

type NewLink = Extract<AskedContent, { readonly kind: 'created' }>;

/** `isNew` is false where `if_exists` led to one that was there. */
export type MadeLink = { readonly link: Link; readonly isNew: boolean; readonly scan: Scan };

/**
 * The link of the body, once it is sure that its code can be made: a refusal leaves no link behind. Its short code follows from the
 * seed, so the QR code can be looked at beforehand. Takes quota for both.
 */
export async function newLink(
  context: Context,
  { link: body, placement }: NewLink,
  { wants, force, seed }: { readonly wants: Wants; readonly force: boolean; readonly seed: string },
): Promise<MadeLink> {
  const { deps, caller, answerHeaders } = context;
  if (!caller.permissions.includes('urls:write')) throw mayMakeNoLinks();
  const { workspaceId } = caller;
  const drawn = { ...deps, randomBytes: seededBytes(seed) };
  const draft = await below('content.link', async () =>
    checkDraft(drawn, await toDraft(body, deps.nowMs(), deps.hashPassword)),
  );
  const code = draft.customAlias ?? freshCode({ ...deps, randomBytes: seededBytes(seed) }, 0);
  const trial = await qrRequestOf(deps, workspaceId, wants.ofLink({ code, placement }));
  requireScannable((await checkCode(deps, trial)).scan, force);
  await takeDrawing(context);
  return withCreatesTaken(deps, caller, answerHeaders, async (take) => {
    await take(1);
    const { kind, link } = await createLink(drawn, { workspaceId, creationId: seed, draft });
    const isNew = kind === 'created';
    return { made: isNew ? 1 : 0, result: { link, isNew, scan: { code: link.code, placement } } };
  });
}
