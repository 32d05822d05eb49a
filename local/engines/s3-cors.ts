import type { IncomingHttpHeaders } from 'node:http';
import { s3Error } from './s3-error.ts';
import type { Headers } from './s3-headers.ts';

/** A rule of a bucket's CORS configuration. */
export type CorsRule = {
  /** `*` may stand once in each, as in allowed headers. */
  readonly origins: readonly string[];
  readonly methods: readonly string[];
  readonly headers: readonly string[];
  readonly exposedHeaders: readonly string[];
  readonly maxAgeS: number | null;
};

/** The answer to a preflight request. Throws AccessForbidden where no rule lets it pass, as S3 does. */
export function preflightHeaders(rules: readonly CorsRule[], headers: IncomingHttpHeaders): Headers {
  const [origin, method] = [headers.origin, headers['access-control-request-method']];
  if (origin === undefined) throw s3Error('InvalidRequest', 'Insufficient information. Origin request header needed.');
  if (method === undefined) throw s3Error('InvalidRequest', 'Invalid Access-Control-Request-Method: null');
  if (rules.length === 0) throw s3Error('AccessForbidden', 'CORSResponse: CORS is not enabled for this bucket.');
  const asked = (headers['access-control-request-headers'] ?? '')
    .split(',')
    .map((name) => name.trim().toLowerCase())
    .filter((name) => name !== '');
  const rule = rules.find((one) => allows(one, origin, method) && asked.every((name) => isAmong(name, one.headers)));
  if (rule === undefined) {
    throw s3Error(
      'AccessForbidden',
      "CORSResponse: This CORS request is not allowed. This is usually because the evalution of Origin, request method / Access-Control-Request-Method or Access-Control-Request-Headers are not whitelisted by the resource's CORS spec.",
      { Method: method, ResourceType: 'OBJECT' },
    );
  }
  return {
    ...originHeaders(rule, origin),
    ...(asked.length > 0 && { 'access-control-allow-headers': asked.join(', ') }),
    ...(rule.maxAgeS !== null && { 'access-control-max-age': String(rule.maxAgeS) }),
  };
}

/** What is put on every answer to a request of another origin; nothing where no rule speaks of it. */
export function corsHeaders(rules: readonly CorsRule[], origin: string | undefined, method: string): Headers {
  const rule = origin === undefined ? undefined : rules.find((one) => allows(one, origin, method));
  return rule === undefined || origin === undefined ? {} : originHeaders(rule, origin);
}

function originHeaders(rule: CorsRule, origin: string): Headers {
  const isForAll = rule.origins.includes('*');
  return {
    'access-control-allow-origin': isForAll ? '*' : origin,
    ...(!isForAll && { 'access-control-allow-credentials': 'true' }),
    'access-control-allow-methods': rule.methods.join(', '),
    ...(rule.exposedHeaders.length > 0 && { 'access-control-expose-headers': rule.exposedHeaders.join(', ') }),
    vary: 'Origin, Access-Control-Request-Headers, Access-Control-Request-Method',
  };
}

const allows = (rule: CorsRule, origin: string, method: string): boolean =>
  rule.methods.includes(method) && rule.origins.some((pattern) => matches(pattern, origin));

const isAmong = (name: string, patterns: readonly string[]): boolean =>
  patterns.some((pattern) => matches(pattern.toLowerCase(), name));

function matches(pattern: string, text: string): boolean {
  const star = pattern.indexOf('*');
  if (star === -1) return pattern === text;
  const [before, after] = [pattern.slice(0, star), pattern.slice(star + 1)];
  return text.length >= before.length + after.length && text.startsWith(before) && text.endsWith(after);
}
