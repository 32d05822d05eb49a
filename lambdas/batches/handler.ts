import type { Caller } from '../../core/accounts/caller.ts';
import type { OnceDeps, StoredAnswer } from '../../core/accounts/idempotency.ts';
import { seededAtMs, seededBytes } from '../../core/accounts/idempotency.ts';
import type { Batch } from '../../core/batches/batch.ts';
import { batchUploadKey } from '../../core/batches/batch-files.ts';
import type { OrderDeps } from '../../core/batches/order-batch.ts';
import {
  cancelBatch,
  downloadsOf,
  NO_DOWNLOADS,
  ownBatch,
  ownBatches,
  retryBatch,
} from '../../core/batches/own-batches.ts';
import type { SettleDeps } from '../../core/batches/settle-batch.ts';
import { MAX_UPLOAD_BYTES, UPLOAD_CONTENT_TYPES } from '../../core/batches/upload.ts';
import type { SignDownload } from '../../core/download.ts';
import { Failure } from '../../core/errors.ts';
import { newSortableId } from '../../core/sortable-id.ts';
import type { SignForm } from '../../core/upload-form.ts';
import type { AnswerHeaders, Handle } from '../http.ts';
import { callerOf, jsonAnswer } from '../http.ts';
import { afterIdOf, pageOf } from '../id-list.ts';
import { stored, withIdempotency } from '../idempotent.ts';
import { jsonBody, MAX_BODY_BYTES, MAX_BULK_BODY_BYTES, parseMembers } from '../json-body.ts';
import { limitOf } from '../page-query.ts';
import type { QuotaDeps } from '../quota.ts';
import { takeCode, thenQuotaShown, withQuotaShown } from '../quota.ts';
import type { HttpAnswer, HttpRequest } from '../request.ts';
import { formAnswer } from '../upload-form.ts';
import { toAnswer } from './answer.ts';
import type { AskDeps } from './order.ts';
import { batchPowersOf, orderOrLook } from './order.ts';
import type { BatchAnswer } from './schemas.ts';
import { batchesQuery, uploadBody } from './schemas.ts';

export type BatchesDeps = OrderDeps &
  AskDeps &
  OnceDeps &
  QuotaDeps & {
    readonly signDownload: SignDownload;
    readonly signForm: SignForm;
    /** What is asked takes as much of it as a code; what batches make does not. */
    readonly codeLimits: QuotaDeps['rateLimits'];
  };

type Context = {
  readonly deps: BatchesDeps;
  readonly request: HttpRequest;
  readonly caller: Caller;
  readonly answerHeaders: AnswerHeaders;
};

/** Upload, order, read, list, cancel and retry batches: parse, one verb, render. */
export const batchesHandler =
  (deps: BatchesDeps): Handle =>
  async (request, answerHeaders) => {
    const context: Context = { deps, request, caller: callerOf(request), answerHeaders };
    const { workspaceId } = context.caller;
    const once = (maxBytes: number, work: (seed: string) => Promise<StoredAnswer>): Promise<HttpAnswer> =>
      thenQuotaShown(deps, context.caller, answerHeaders, () =>
        withIdempotency(deps, request, { workspaceId, maxBytes }, work),
      );
    const shown = (work: () => Promise<HttpAnswer>): Promise<HttpAnswer> =>
      withQuotaShown(deps, context.caller, answerHeaders, work);
    switch (`${request.method} ${request.route}`) {
      case 'POST /v1/qr/uploads':
        return once(MAX_BODY_BYTES, (seed) => announce(context, seed));
      case 'POST /v1/qr/batches':
        return once(MAX_BULK_BODY_BYTES, (seed) => order(context, seed));
      case 'GET /v1/qr/batches':
        return shown(() => list(context));
      case 'GET /v1/qr/batches/{batch_id}':
        return shown(() => withBatch(context, 200, ownBatch));
      case 'POST /v1/qr/batches/{batch_id}/cancel':
        return shown(() => withBatch(context, 200, cancelBatch));
      case 'POST /v1/qr/batches/{batch_id}/retry':
        return shown(() => withBatch(context, 202, (...batch) => retryBatch(...batch, batchPowersOf(context.caller))));
      default:
        throw new Failure('NOT_FOUND');
    }
  };

async function announce(context: Context, seed: string): Promise<StoredAnswer> {
  const { deps, request, caller } = context;
  const { format, size_bytes: sizeBytes = null } = parseMembers(uploadBody, jsonBody(request));
  await takeOne(context);
  const id = newSortableId('upl', seededAtMs(seed), seededBytes(seed));
  const form = await deps.signForm({
    key: batchUploadKey(caller.workspaceId, id),
    contentType: UPLOAD_CONTENT_TYPES[format],
    minBytes: sizeBytes ?? 1,
    maxBytes: sizeBytes ?? MAX_UPLOAD_BYTES,
  });
  return stored(jsonAnswer(201, { upload_id: id, format, upload: formAnswer(form) }));
}

async function order(context: Context, seed: string): Promise<StoredAnswer> {
  const { deps, request, caller } = context;
  const outcome = await orderOrLook(deps, caller, jsonBody(request, MAX_BULK_BODY_BYTES), seed, () => takeOne(context));
  if (outcome.kind === 'looked') return stored(jsonAnswer(200, outcome.answer));
  const { batch } = outcome;
  // A repeat is answered with the very same bytes, so they tell nothing that ends.
  const answer = toAnswer(batch, { downloads: NO_DOWNLOADS, origin: request.origin, nowMs: deps.nowMs() });
  return stored(jsonAnswer(202, answer, { location: `/v1/qr/batches/${batch.id}` }));
}

const takeOne = ({ deps, caller, answerHeaders }: Context): Promise<void> =>
  takeCode({ ...deps, rateLimits: deps.codeLimits }, caller, answerHeaders);

async function list(context: Context): Promise<HttpAnswer> {
  const { deps, request, caller } = context;
  const query = parseMembers(batchesQuery, request.query);
  const ids = { name: 'batches', ownerId: caller.workspaceId, idPrefix: 'bat' } as const;
  const page = await ownBatches(deps, caller.workspaceId, limitOf(query), afterIdOf(query, ids));
  const answers = await Promise.all(page.items.map((batch) => answerOf(context, batch)));
  return jsonAnswer(
    200,
    pageOf({ items: answers, cursor: page.cursor }, ids, (answer) => answer),
  );
}

async function withBatch(
  context: Context,
  status: number,
  verb: (deps: SettleDeps, workspaceId: string, id: string) => Promise<Batch>,
): Promise<HttpAnswer> {
  const { deps, request, caller } = context;
  const batch = await verb(deps, caller.workspaceId, request.params['batch_id'] ?? '');
  return jsonAnswer(status, await answerOf(context, batch));
}

const answerOf = async ({ deps, request }: Context, batch: Batch): Promise<BatchAnswer> =>
  toAnswer(batch, {
    downloads: await downloadsOf(deps.signDownload, batch),
    origin: request.origin,
    nowMs: deps.nowMs(),
  });
