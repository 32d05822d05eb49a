import { actorOf } from '../../core/accounts/audit.ts';
import type { Caller } from '../../core/accounts/caller.ts';
import type { OnceDeps, StoredAnswer } from '../../core/accounts/idempotency.ts';
import { seededBytes } from '../../core/accounts/idempotency.ts';
import { Failure, validationFailed } from '../../core/errors.ts';
import type { BulkEntry } from '../../core/links/bulk-create.ts';
import { bulkCreate } from '../../core/links/bulk-create.ts';
import type { ChangeRequest } from '../../core/links/change-link.ts';
import { changeLink, deleteLink, ownLink } from '../../core/links/change-link.ts';
import type { CreateDeps } from '../../core/links/create-link.ts';
import { checkDraft, createLink } from '../../core/links/create-link.ts';
import type { Link, LinkPassword } from '../../core/links/link.ts';
import { newUnlockKey } from '../../core/links/link-password.ts';
import type { ClickTotals } from '../../core/links/link-store.ts';
import { listLinks } from '../../core/links/list-links.ts';
import { etagOf, expectedVersion } from '../etag.ts';
import type { AnswerHeaders, Handle } from '../http.ts';
import { callerOf, jsonAnswer } from '../http.ts';
import { stored, withIdempotency } from '../idempotent.ts';
import { jsonBody, MAX_BODY_BYTES, MAX_BULK_BODY_BYTES, parseMembers } from '../json-body.ts';
import { limitOf } from '../page-query.ts';
import type { QuotaDeps } from '../quota.ts';
import { showQuota, withCreatesTaken, withQuotaShown } from '../quota.ts';
import type { HttpAnswer, HttpRequest } from '../request.ts';
import { toAnswer, toChanges, toDraft } from './link-body.ts';
import { decodeCursor, encodeCursor } from './list-cursor.ts';
import { bulkBody, changeBody, createBody, listQuery } from './schemas.ts';

export type LinksDeps = CreateDeps &
  OnceDeps &
  QuotaDeps & {
    readonly totals: ClickTotals;
    readonly shortOrigin: string;
    readonly hashPassword: (password: string) => Promise<LinkPassword>;
  };

type Context = {
  readonly deps: LinksDeps;
  readonly request: HttpRequest;
  readonly caller: Caller;
  readonly answerHeaders: AnswerHeaders;
};

/** Create, read, list, change and delete links: parse, one verb, render. */
export const linksHandler =
  (deps: LinksDeps): Handle =>
  async (request, answerHeaders) => {
    const context: Context = { deps, request, caller: callerOf(request), answerHeaders };
    switch (`${request.method} ${request.route}`) {
      case 'POST /v1/urls':
        return thenQuotaShown(context, () => onceWithKey(context, MAX_BODY_BYTES, create));
      case 'POST /v1/urls/bulk':
        return thenQuotaShown(context, () => onceWithKey(context, MAX_BULK_BODY_BYTES, bulk));
      case 'GET /v1/urls':
        return whileQuotaIsShown(context, list);
      case 'GET /v1/urls/{code}':
        return whileQuotaIsShown(context, read);
      case 'PATCH /v1/urls/{code}':
        return whileQuotaIsShown(context, change);
      case 'DELETE /v1/urls/{code}':
        return whileQuotaIsShown(context, remove);
      default:
        throw new Failure('NOT_FOUND');
    }
  };

async function create({ deps, request, caller, answerHeaders }: Context, seed: string): Promise<StoredAnswer> {
  const body = parseMembers(createBody, jsonBody(request));
  const seeded = { ...deps, randomBytes: seededBytes(seed) };
  const draft = await checkDraft(seeded, await toDraft(body, deps.nowMs(), deps.hashPassword));
  const { kind, link } = await withCreatesTaken(deps, caller, answerHeaders, async (take) => {
    await take(1);
    const result = await createLink(seeded, { workspaceId: caller.workspaceId, creationId: seed, draft });
    return { made: result.kind === 'created' ? 1 : 0, result };
  });
  const clicks = kind === 'created' ? 0 : await clicksOf(deps, link);
  return stored(
    jsonAnswer(kind === 'created' ? 201 : 200, toAnswer(link, clicks, deps.shortOrigin), {
      location: `/v1/urls/${link.code}`,
      etag: etagOf(link),
    }),
  );
}

async function bulk({ deps, request, caller, answerHeaders }: Context, seed: string): Promise<StoredAnswer> {
  const { urls, mode = 'all_or_nothing' } = parseMembers(bulkBody, jsonBody(request, MAX_BULK_BODY_BYTES));
  const hashPassword = sharedHashes(deps.hashPassword);
  const entries = await Promise.all(urls.map((entry) => toEntry({ ...deps, hashPassword }, entry)));
  const seeded = { ...deps, randomBytes: seededBytes(seed) };
  const { workspaceId } = caller;
  const { results, created } = await withCreatesTaken(deps, caller, answerHeaders, async (takeQuota) => {
    const all = await bulkCreate(seeded, { workspaceId, creationId: seed, entries, mode, takeQuota });
    const made = all.filter((result) => !(result instanceof Failure)).length;
    return { made, result: { results: all, created: made } };
  });
  return stored(
    jsonAnswer(201, {
      created,
      failed: results.length - created,
      results: results.map((result, index) =>
        result instanceof Failure
          ? { index, error: result.word, detail: result.message, ...result.details }
          : { index, short_code: result.code, short_url: `${deps.shortOrigin}/${result.code}` },
      ),
    }),
  );
}

/** A thousand entries with as many errors each are still an answer that can be sent and kept for a replay. */
const MAX_ENTRY_ERRORS = 5;

async function toEntry(deps: LinksDeps, value: unknown): Promise<BulkEntry> {
  try {
    const body = parseMembers(createBody, value, MAX_ENTRY_ERRORS);
    if (body.if_exists === 'return') {
      throw validationFailed([{ path: 'if_exists', code: 'not_in_bulk', message: 'Bulk creation always creates.' }]);
    }
    return await toDraft(body, deps.nowMs(), deps.hashPassword);
  } catch (error) {
    if (error instanceof Failure) return error;
    throw error;
  }
}

/** One argon2 hash costs 50 ms of a core, and a bulk call has 29 s. */
const MAX_BULK_PASSWORDS = 20;

/** Equal passwords of one bulk call are hashed once; each link still gets a key of its own. */
function sharedHashes(hashPassword: LinksDeps['hashPassword']): LinksDeps['hashPassword'] {
  const hashes = new Map<string, Promise<LinkPassword>>();
  return async (password) => {
    const known = hashes.get(password);
    if (known !== undefined) return { ...(await known), unlockKey: newUnlockKey() };
    if (hashes.size >= MAX_BULK_PASSWORDS) {
      const message = `One bulk call takes at most ${MAX_BULK_PASSWORDS} different passwords.`;
      throw validationFailed([{ path: 'password', code: 'too_many_passwords', message }]);
    }
    const hash = hashPassword(password);
    hashes.set(password, hash);
    return hash;
  };
}

async function list({ deps, request, caller }: Context): Promise<HttpAnswer> {
  const query = parseMembers(listQuery, request.query);
  const sort = query.sort ?? '-created_at';
  const page = await listLinks(
    { ...deps, domain: deps.rules.domain },
    {
      workspaceId: caller.workspaceId,
      sort,
      limit: limitOf(query),
      cursor: decodeCursor(query.cursor, caller.workspaceId, sort),
      filter: {
        tag: query.tag ?? null,
        search: query.search ?? null,
        status: query.status ?? null,
        createdAfter: query.created_after ?? null,
        createdBefore: query.created_before ?? null,
        externalId: query.external_id ?? null,
      },
    },
  );
  return jsonAnswer(200, {
    data: page.items.map(({ link, clicks }) => toAnswer(link, clicks, deps.shortOrigin)),
    next_cursor: encodeCursor(page.cursor, caller.workspaceId),
  });
}

async function read({ deps, request, caller }: Context): Promise<HttpAnswer> {
  const link = await ownLink(deps, caller.workspaceId, request.params['code'] ?? '');
  return linkAnswer(deps, link);
}

async function change({ deps, request, caller }: Context): Promise<HttpAnswer> {
  const body = parseMembers(changeBody, jsonBody(request));
  const changes = await toChanges(body, deps.nowMs(), deps.hashPassword);
  const link = await changeLink(deps, changeRequest(request, caller), changes);
  return linkAnswer(deps, link);
}

async function remove({ deps, request, caller }: Context): Promise<HttpAnswer> {
  await deleteLink(deps, changeRequest(request, caller));
  return { status: 204 };
}

const changeRequest = (request: HttpRequest, { workspaceId, principal }: Caller): ChangeRequest => ({
  workspaceId,
  code: request.params['code'] ?? '',
  actor: actorOf(principal),
  expected: expectedVersion(request),
});

const linkAnswer = async (deps: LinksDeps, link: Link): Promise<HttpAnswer> =>
  jsonAnswer(200, toAnswer(link, await clicksOf(deps, link), deps.shortOrigin), { etag: etagOf(link) });

const clicksOf = async (deps: LinksDeps, { domain, code }: Link): Promise<number> =>
  (await deps.totals.totalsOf(domain, [code])).get(code) ?? 0;

type Verb = (context: Context) => Promise<HttpAnswer>;

const onceWithKey = (
  context: Context,
  maxBytes: number,
  verb: (context: Context, seed: string) => Promise<StoredAnswer>,
): Promise<HttpAnswer> =>
  withIdempotency(context.deps, context.request, { workspaceId: context.caller.workspaceId, maxBytes }, (seed) =>
    verb(context, seed),
  );

const whileQuotaIsShown = (context: Context, verb: Verb): Promise<HttpAnswer> =>
  withQuotaShown(context.deps, context.caller, context.answerHeaders, () => verb(context));

/** A call that may take quota has said so by itself unless it failed before or was replayed. */
async function thenQuotaShown(
  { deps, caller, answerHeaders }: Context,
  work: () => Promise<HttpAnswer>,
): Promise<HttpAnswer> {
  try {
    return await work();
  } finally {
    if (!answerHeaders.has('ratelimit')) await Promise.allSettled([showQuota(deps, caller, answerHeaders)]);
  }
}
