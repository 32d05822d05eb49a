import { Failure } from '../errors.ts';

export const MIN_ALIAS_LENGTH = 3;

/** Words that may become routes or confuse readers, beside the live routes that the caller adds. */
const RESERVED_WORDS = [
  'admin',
  'api',
  'app',
  'assets',
  'auth',
  'dashboard',
  'docs',
  'favicon',
  'health',
  'help',
  'login',
  'logout',
  'openapi',
  'preview',
  'public',
  'register',
  'robots',
  'root',
  'settings',
  'signpost',
  'sitemap',
  'static',
  'status',
  'support',
  'system',
  'user',
  'users',
  'well-known',
  'workspace',
  'workspaces',
  'www',
  // Names every JavaScript object has: a code must never find one of these in a lookup.
  '__proto__',
  'constructor',
  'hasownproperty',
  'prototype',
  'tostring',
  'valueof',
];

/** Lower-cased words no alias or generated code may be; `routePaths` are path templates such as `/v1/urls/{code}`. */
export function reservedAliases(routePaths: readonly string[]): ReadonlySet<string> {
  const segments = routePaths
    .flatMap((path) => path.split('/'))
    .filter((segment) => segment !== '' && !segment.startsWith('{'));
  return new Set([...RESERVED_WORDS, ...segments.map((segment) => segment.toLowerCase())]);
}

export type AliasRules = { readonly maxLength: number; readonly reserved: ReadonlySet<string> };

/** Exact ASCII bytes, case kept: look-alike and full-width forms of a code are simply not codes. Throws INVALID_ALIAS. */
export function parseAlias(alias: string, rules: AliasRules): string {
  if (alias.length < MIN_ALIAS_LENGTH || alias.length > rules.maxLength || !/^[A-Za-z0-9_-]+$/.test(alias)) {
    throw new Failure(
      'INVALID_ALIAS',
      {},
      { detail: `An alias has ${MIN_ALIAS_LENGTH} to ${rules.maxLength} letters, digits, hyphens or underscores.` },
    );
  }
  if (rules.reserved.has(alias.toLowerCase()))
    throw new Failure('INVALID_ALIAS', {}, { detail: `"${alias}" is a reserved word.` });
  return alias;
}

/** Whether a path segment could be a code at all; anything else is unknown without asking a store. 50 is the longest alias a stage may allow. */
export const couldBeCode = (segment: string): boolean => segment.length <= 50 && /^[A-Za-z0-9_-]{3,}$/.test(segment);

/**
 * Candidates for a taken alias, likeliest to please first; the caller offers those that are free. Of a popular word
 * every plain candidate is taken, so there are as many random ones as the contract promises suggestions.
 */
export function aliasSuggestions(
  alias: string,
  year: number,
  randomSuffixes: readonly string[],
  rules: AliasRules,
): readonly string[] {
  const suffixes = ['-2', `-${year}`, '-3', '-link', ...randomSuffixes.map((suffix) => `-${suffix}`)];
  return suffixes
    .map((suffix) => alias.slice(0, rules.maxLength - suffix.length) + suffix)
    .filter((candidate) => !rules.reserved.has(candidate.toLowerCase()));
}
