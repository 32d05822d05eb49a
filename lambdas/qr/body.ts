import type { MemberError } from '../../core/errors.ts';
import { Failure, validationFailed } from '../../core/errors.ts';
import { payloadText } from '../../core/qr/payload.ts';
import { parseMembers } from '../json-body.ts';
import type { CreateBody } from '../links/schemas.ts';
import type { ContentKind, LookInput } from './schemas.ts';
import { QR_BODIES } from './schemas.ts';

/** What the code is to say. */
export type AskedContent =
  | { readonly kind: 'static'; readonly text: string }
  | { readonly kind: 'existing'; readonly code: string; readonly placement: string }
  | { readonly kind: 'created'; readonly link: CreateBody; readonly placement: string };

export type AskedCode = {
  readonly content: AskedContent;
  readonly title: string | null;
  readonly look: LookInput;
  readonly force: boolean;
};

/** Throws VALIDATION_FAILED. */
export function toAskedCode(json: unknown): AskedCode {
  const { content, title = null, force = false, ...look } = parsed(json);
  return { content, title, look, force };
}

function parsed(json: unknown) {
  const kind = contentKindOf(json);
  switch (kind) {
    case 'address': {
      const { content: text, ...rest } = parseMembers(QR_BODIES[kind], json);
      return { ...rest, content: { kind: 'static', text } as const };
    }
    case 'existing': {
      const { content, ...rest } = parseMembers(QR_BODIES[kind], json);
      const { short_code: code, placement = '' } = content;
      return { ...rest, content: { kind, code, placement } };
    }
    case 'created': {
      const { content, ...rest } = parseMembers(QR_BODIES[kind], json);
      const { link, placement = '' } = content;
      return { ...rest, content: { kind, link, placement } };
    }
    case 'payload': {
      const { content, ...rest } = parseMembers(QR_BODIES[kind], json);
      return { ...rest, content: { kind: 'static', text: payloadText(content) } as const };
    }
  }
}

/** Told by the member that names it, before anything inside is looked at. */
function contentKindOf(json: unknown): ContentKind {
  const content: unknown = typeof json === 'object' && json !== null && 'content' in json ? json.content : undefined;
  if (typeof content !== 'object' || content === null) return 'address';
  if (Object.hasOwn(content, 'short_code')) return 'existing';
  return Object.hasOwn(content, 'link') ? 'created' : 'payload';
}

/** Does what speaks of members, which here are members of `prefix`. Throws what that throws, with the whole paths. */
export async function below<T>(prefix: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof Failure) || error.word !== 'VALIDATION_FAILED') throw error;
    const errors = error.details['errors'] as readonly MemberError[];
    throw validationFailed(errors.map((each) => ({ ...each, path: `${prefix}.${each.path}` })));
  }
}
