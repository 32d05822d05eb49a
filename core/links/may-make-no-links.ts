import { Failure } from '../errors.ts';

/** What a key is told that may do much, but not make links: wherever one would come of something else. */
export const mayMakeNoLinks = (): Failure =>
  new Failure('FORBIDDEN', { required_scope: 'urls:write' }, { detail: 'To make a link takes the scope urls:write.' });
