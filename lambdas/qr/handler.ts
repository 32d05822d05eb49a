import { Failure, validationFailed } from '../../core/errors.ts';
import { ownLink } from '../../core/links/change-link.ts';
import { qrRequestOf } from '../../core/qr/create-code.ts';
import { checkCode, makeCode } from '../../core/qr/make-code.ts';
import { convertCode, ownCode } from '../../core/qr/own-codes.ts';
import type { QrCode } from '../../core/qr/qr-code.ts';
import { storedFileOf } from '../../core/qr/qr-file.ts';
import { isPlacement } from '../../core/qr/scan-path.ts';
import { scanUrl } from '../../core/qr/scan-url.ts';
import { callerOf, jsonAnswer } from '../http.ts';
import { afterIdOf, pageOf } from '../id-list.ts';
import { withIdempotency } from '../idempotent.ts';
import { jsonBody, MAX_BODY_BYTES, parseMembers } from '../json-body.ts';
import { limitOf } from '../page-query.ts';
import { thenQuotaShown } from '../quota.ts';
import type { HttpAnswer } from '../request.ts';
import type { FileAnswer, HandleWithFiles } from '../whole-answer.ts';
import { prefersFile } from './accept.ts';
import { imageAnswer, toAnswer, toScanAnswer } from './answer.ts';
import { toAskedCode } from './body.ts';
import type { Context, QrDeps } from './context.ts';
import { takeDrawing } from './context.ts';
import { create } from './create.ts';
import { inParameters, lookOfQuery } from './link-code-query.ts';
import { lookOf, sizeOf } from './look.ts';
import type { QrAnswer } from './schemas.ts';
import { imageQuery, linkCodeQuery, listQuery } from './schemas.ts';
import { linkTitle, wantedOf, wanting } from './wanted.ts';

/** Codes do not change; who may see them may, so nobody in between keeps them. */
const IMAGE_CACHE = { 'cache-control': 'private, max-age=3600' };

/** Make, check, list, read and convert codes: parse, one verb, render. */
export const qrHandler =
  (deps: QrDeps): HandleWithFiles =>
  (request, answerHeaders) => {
    const context: Context = { deps, request, caller: callerOf(request), answerHeaders };
    return thenQuotaShown(deps, context.caller, answerHeaders, () => answerOf(context));
  };

function answerOf(context: Context): Promise<FileAnswer> {
  const { request } = context;
  switch (`${request.method} ${request.route}`) {
    case 'POST /v1/qr':
      return createOrShow(context);
    case 'POST /v1/qr/check':
      return check(context);
    case 'GET /v1/qr':
      return list(context);
    case 'GET /v1/qr/{qr_id}':
      return read(context);
    case 'GET /v1/qr/{qr_id}/image':
      return image(context);
    case 'GET /v1/urls/{code}/qr':
      return linkCode(context);
    default:
      throw new Failure('NOT_FOUND');
  }
}

/** A repeat has the first answer's bytes, whichever way it asks for them: what is kept is the description, not the image. */
async function createOrShow(context: Context): Promise<FileAnswer> {
  const { deps, request, caller } = context;
  const { workspaceId } = caller;
  const told = await withIdempotency(deps, request, { workspaceId, maxBytes: MAX_BODY_BYTES }, (seed) =>
    create(context, seed),
  );
  const answer = JSON.parse(told.body ?? '') as QrAnswer;
  if (!prefersFile(request.headers['accept'], answer.format)) return told;
  const code = await ownCode(deps, workspaceId, answer.qr_id);
  const location = `/v1/qr/${code.id}`;
  return { status: told.status, ...(await imageOfCode(context, code, { location, 'x-qr-id': code.id })) };
}

async function check(context: Context): Promise<HttpAnswer> {
  const { deps, request, caller } = context;
  const asked = toAskedCode(jsonBody(request));
  if (asked.content.kind === 'created') throw noLinkToCheck();
  const wanted = await wantedOf(context, asked.content, wanting(context, asked));
  const drawing = await qrRequestOf(deps, caller.workspaceId, wanted);
  await takeDrawing(context);
  const found = await checkCode({ ...deps, scores: deps.noScores }, drawing);
  return jsonAnswer(200, {
    content: wanted.content,
    version: found.version,
    error_correction: found.errorCorrection,
    width_modules: found.widthModules,
    scan: toScanAnswer(found.scan),
  });
}

const noLinkToCheck = (): Failure =>
  validationFailed([
    { path: 'content.link', code: 'makes_nothing', message: 'A check makes no link; send an address instead.' },
  ]);

async function list({ deps, request, caller: { workspaceId } }: Context): Promise<HttpAnswer> {
  const query = parseMembers(listQuery, request.query);
  const ids = { name: 'qr', ownerId: workspaceId, idPrefix: 'qr' } as const;
  const page = await deps.codes.list(workspaceId, limitOf(query), afterIdOf(query, ids));
  return jsonAnswer(
    200,
    pageOf(page, ids, (code) => toAnswer(code, deps.shortOrigin)),
  );
}

async function read({ deps, request, caller }: Context): Promise<HttpAnswer> {
  const code = await ownCode(deps, caller.workspaceId, request.params['qr_id'] ?? '');
  return jsonAnswer(200, toAnswer(code, deps.shortOrigin));
}

/** As it was made, or drawn anew in another format or size. */
async function image(context: Context): Promise<FileAnswer> {
  const { deps, request, caller } = context;
  const { download, ...query } = parseMembers(imageQuery, request.query);
  const code = await ownCode(deps, caller.workspaceId, request.params['qr_id'] ?? '');
  if (Object.keys(query).length === 0)
    return { status: 200, ...(await imageOfCode(context, code, {}, download === 'true')) };
  const input = lookOfQuery(query);
  const format = input.format ?? code.look.format;
  const size = sizeOf(input, format, code.look.size);
  await takeDrawing(context);
  const file = await convertCode(deps, code, { format, size });
  const name = { name: code.id, isDownload: download === 'true' };
  return { status: 200, ...imageAnswer(file, name, code.scan, IMAGE_CACHE) };
}

/** The stored image; where it is gone, the same is drawn again. */
async function imageOfCode(
  { deps }: Context,
  code: QrCode,
  headers: Readonly<Record<string, string>>,
  isDownload = false,
): Promise<ReturnType<typeof imageAnswer>> {
  const bytes = await deps.images.get(code.image.key);
  const file = bytes === null ? await convertCode(deps, code, {}) : storedFileOf(code.look.format, bytes);
  return imageAnswer(file, { name: code.id, isDownload }, code.scan, { ...IMAGE_CACHE, ...headers });
}

/** For an `<img>`: nothing is kept but what was measured of the style, yet it is drawn like any other. */
async function linkCode(context: Context): Promise<FileAnswer> {
  const { deps, request, caller } = context;
  const { download, force, placement = '', ...query } = parseMembers(linkCodeQuery, request.query);
  if (placement !== '' && !isPlacement(placement)) throw noPlacement();
  const look = lookOf(lookOfQuery(query), 'png');
  const { code } = await ownLink(deps, caller.workspaceId, request.params['code'] ?? '');
  const content = scanUrl(deps.shortOrigin, { code, placement });
  const title = linkTitle(deps.shortOrigin, code);
  const drawing = await inParameters(() => qrRequestOf(deps, caller.workspaceId, { content, title, look }));
  await takeDrawing(context);
  const made = await makeCode(deps, drawing, { force: force === 'true' });
  const name = { name: `qr-${code}`, isDownload: download === 'true' };
  return { status: 200, ...imageAnswer(made, name, made.scan, IMAGE_CACHE) };
}

const noPlacement = (): Failure =>
  validationFailed([
    { path: 'placement', code: 'invalid_format', message: 'Must be 1 to 20 of a to z, 0 to 9 and hyphens.' },
  ]);
