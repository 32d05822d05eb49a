import { Failure } from '../errors.ts';
import type { AliasRules } from './alias.ts';
import { aliasSuggestions, parseAlias } from './alias.ts';
import type { Link, LinkSettings } from './link.ts';
import type { Blocklist, LinkStore } from './link-store.ts';
import type { RandomBytes } from './short-code.ts';
import { newShortCode, shortCodeLengthFor } from './short-code.ts';
import { parseTargetUrl } from './target-url.ts';

export type LinkRules = {
  readonly domain: string;
  readonly alias: AliasRules;
  readonly ownHostnames: ReadonlySet<string>;
  readonly allowPrivateTargets: boolean;
};

export type CreateDeps = {
  readonly store: LinkStore;
  readonly blocklist: Blocklist;
  readonly rules: LinkRules;
  readonly randomBytes: RandomBytes;
  readonly nowMs: () => number;
};

/** What a customer asks for; shapes are already checked, rules are not. */
export type LinkDraft = LinkSettings & {
  readonly customAlias: string | null;
  readonly ifExists: 'create' | 'return';
};

export type CreateRequest = {
  readonly workspaceId: string;
  readonly creationId: string;
  readonly draft: LinkDraft;
};

export type Created = { readonly kind: 'created' | 'existing'; readonly link: Link };

const MAX_CODE_ATTEMPTS = 8;
/** Contract: two or three. */
const MAX_SUGGESTIONS = 3;

/** Checks target and alias, without writing. Throws INVALID_URL, URL_BLOCKED or INVALID_ALIAS; answers the normalised draft. */
export async function checkDraft(deps: CreateDeps, draft: LinkDraft): Promise<LinkDraft> {
  const targetUrl = await checkTarget(deps, draft.targetUrl);
  if (draft.customAlias !== null) parseAlias(draft.customAlias, deps.rules.alias);
  return { ...draft, targetUrl };
}

export async function checkTarget(deps: Pick<CreateDeps, 'blocklist' | 'rules'>, targetUrl: string): Promise<string> {
  return parseTargetUrl(targetUrl, {
    ownHostnames: deps.rules.ownHostnames,
    allowPrivateHosts: deps.rules.allowPrivateTargets,
    blockedHosts: await deps.blocklist.hosts(),
  });
}

/** Creates one link from a checked draft: an alias is free or it is not, a generated code is drawn again until it is. */
export async function createLink(deps: CreateDeps, request: CreateRequest): Promise<Created> {
  const { draft, workspaceId } = request;
  const claimTarget = draft.ifExists === 'return';
  if (claimTarget) {
    const existing = await deps.store.findByTarget(workspaceId, draft.targetUrl);
    if (existing !== null) return { kind: 'existing', link: existing };
  }
  let outlivedClaim: string | null = null;
  for (let attempt = 0; attempt < MAX_CODE_ATTEMPTS; attempt += 1) {
    const code = draft.customAlias ?? freshCode(deps, attempt);
    const link = newLink(deps, request, code);
    const outcome = await deps.store.create(link, { claimTarget, outlivedClaim });
    switch (outcome.kind) {
      case 'created':
        return { kind: 'created', link: outcome.link };
      case 'target_claimed': {
        const existing = await deps.store.find(deps.rules.domain, outcome.code);
        if (existing?.status === 'active' && existing.targetUrl === draft.targetUrl)
          return { kind: 'existing', link: existing };
        // Deleted, disabled or pointed elsewhere since: its claim stands for nothing any more.
        outlivedClaim = outcome.code;
        break;
      }
      case 'code_taken':
        if (draft.customAlias !== null) throw await aliasTaken(deps, draft.customAlias);
    }
  }
  throw new Failure('SERVICE_UNAVAILABLE', {}, { detail: 'No free short code was found; try again.' });
}

/** A generated code never spells a reserved word. */
export function freshCode(deps: Pick<CreateDeps, 'randomBytes' | 'rules'>, attempt: number): string {
  for (;;) {
    const code = newShortCode(deps.randomBytes, shortCodeLengthFor(attempt));
    if (!deps.rules.alias.reserved.has(code.toLowerCase())) return code;
  }
}

export function newLink(
  deps: Pick<CreateDeps, 'rules' | 'nowMs'>,
  { workspaceId, creationId, draft }: CreateRequest,
  code: string,
): Link {
  const nowMs = deps.nowMs();
  const { customAlias, ifExists: _ifExists, ...settings } = draft;
  return {
    ...settings,
    domain: deps.rules.domain,
    code,
    workspaceId,
    isCustomAlias: customAlias !== null,
    status: 'active',
    version: 1,
    createdAtMs: nowMs,
    updatedAtMs: nowMs,
    creationId,
  };
}

/** Offers two or three aliases that are free right now; whether one still is when it is used, its own write decides. */
export async function aliasTaken(deps: CreateDeps, alias: string): Promise<Failure> {
  const year = new Date(deps.nowMs()).getUTCFullYear();
  const randomSuffixes = Array.from({ length: MAX_SUGGESTIONS }, () => newShortCode(deps.randomBytes, 3));
  const candidates = aliasSuggestions(alias, year, randomSuffixes, deps.rules.alias);
  const taken = await deps.store.findMany(deps.rules.domain, candidates);
  const free = candidates.filter((candidate) => !taken.some((link) => link.code === candidate));
  return new Failure('ALIAS_TAKEN', { suggestions: free.slice(0, MAX_SUGGESTIONS) });
}
