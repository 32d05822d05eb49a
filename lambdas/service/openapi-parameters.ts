import * as z from 'zod/mini';
import { isAboutWorkspace } from '../../core/accounts/permissions.ts';
import type { FailureWord } from '../../core/errors.ts';
import { isUnsafe } from '../http.ts';
import type { Route } from '../routes.ts';
import type { Operation } from './operation.ts';

/** Path, query and header parameters of an operation. A header that a failure is about is a header it takes. */
export function parametersOf(
  { method, path, aliasOf = path, access }: Route,
  known: Operation | undefined,
): readonly object[] {
  const ends = (word: FailureWord): boolean => known?.failures.includes(word) ?? false;
  const readsCookies = access !== 'public' || ends('CSRF_HEADER_REQUIRED');
  return [
    ...namesIn(aliasOf).map((name) => ({
      name,
      // What an earlier path has no place for comes in its query.
      in: namesIn(path).includes(name) ? 'path' : 'query',
      required: true,
      schema: { type: 'string' },
    })),
    ...queryParameters(known),
    ...(ends('IDEMPOTENCY_IN_PROGRESS') ? [IDEMPOTENCY_KEY] : []),
    ...(ends('VERSION_CONFLICT') ? [IF_MATCH] : []),
    ...(hasEvents(known) ? [LAST_EVENT_ID] : []),
    ...(choosesWorkspace(access, path) ? [WORKSPACE] : []),
    ...(readsCookies && isUnsafe(method) ? [CSRF] : []),
  ];
}

const namesIn = (path: string): readonly string[] => [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);

const hasEvents = (known: Operation | undefined): boolean =>
  Object.values(known?.success ?? {}).some((shape) => typeof shape === 'object' && 'events' in shape);

const queryParameters = (known: Operation | undefined): readonly object[] => {
  const properties = known?.query === undefined ? {} : (z.toJSONSchema(known.query).properties ?? {});
  return Object.entries(properties).map(([name, schema]) => ({ name, in: 'query', schema }));
};

/** Where no path says it, the call is about this workspace. */
const choosesWorkspace = (access: Route['access'], path: string): boolean =>
  access !== 'public' && isAboutWorkspace(access) && !path.includes('{workspace_id}');

const IDEMPOTENCY_KEY = {
  name: 'Idempotency-Key',
  in: 'header',
  description: 'The same key and body get the first answer again, for 24 hours.',
  schema: { type: 'string', minLength: 1, maxLength: 255 },
};
const IF_MATCH = {
  name: 'If-Match',
  in: 'header',
  description: 'The ETag that the change is meant for.',
  schema: { type: 'string' },
};
const LAST_EVENT_ID = {
  name: 'Last-Event-ID',
  in: 'header',
  description: 'Id of the last event of an earlier stream; this one goes on behind it. Browsers send it by themselves.',
  schema: { type: 'string' },
};
const WORKSPACE = {
  name: 'X-Signpost-Workspace',
  in: 'header',
  description: 'The workspace a signed-in person means; without it the preferred one, else the personal one.',
  schema: { type: 'string' },
};
const CSRF = {
  name: 'X-Signpost-CSRF',
  in: 'header',
  description: 'Needed with cookies, so that no other site can make the call.',
  schema: { type: 'string', const: '1' },
};
