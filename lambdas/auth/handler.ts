import { Failure } from '../../core/errors.ts';
import type { Handle } from '../http.ts';

/** Registration, sign-in, tokens and passwords. */
export const authHandler = (): Handle => async () => {
  throw new Failure('NOT_FOUND');
};
