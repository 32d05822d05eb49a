import { Failure } from '../core/errors.ts';
import type { HttpRequest } from './request.ts';
import { isFromEdge } from './viewer.ts';

/**
 * Where the links of a mail lead: the door the request came through. Only the edge is believed about that, or a stranger
 * could have us mail links to a host of theirs. Throws FORBIDDEN for a request that went around it.
 */
export function appOriginOf({ headers, origin }: HttpRequest, originSecret: string): string {
  if (!isFromEdge(headers, originSecret))
    throw new Failure('FORBIDDEN', {}, { detail: 'This works through the public address of this Signpost only.' });
  return origin;
}
