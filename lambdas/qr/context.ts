import type { Caller } from '../../core/accounts/caller.ts';
import type { OnceDeps } from '../../core/accounts/idempotency.ts';
import type { CreateDeps } from '../../core/links/create-link.ts';
import type { LinkPassword } from '../../core/links/link.ts';
import type { CreateCodeDeps } from '../../core/qr/create-code.ts';
import type { ImageStore } from '../../core/qr/qr-image.ts';
import type { StyleScores } from '../../core/qr/style-scores.ts';
import type { AnswerHeaders } from '../http.ts';
import type { QuotaDeps } from '../quota.ts';
import { takeCode } from '../quota.ts';
import type { HttpRequest } from '../request.ts';

export type QrDeps = CreateCodeDeps &
  CreateDeps &
  OnceDeps &
  QuotaDeps & {
    readonly images: ImageStore;
    /** Of the limit of codes, which takes nothing from that of links. */
    readonly codeLimits: QuotaDeps['rateLimits'];
    /** For who only asks. */
    readonly noScores: StyleScores;
    readonly shortOrigin: string;
    readonly hashPassword: (password: string) => Promise<LinkPassword>;
  };

export type Context = {
  readonly deps: QrDeps;
  readonly request: HttpRequest;
  readonly caller: Caller;
  readonly answerHeaders: AnswerHeaders;
};

/** Takes one from the limit of codes, which is for whatever has to be drawn. Throws RATE_LIMIT_EXCEEDED. */
export const takeDrawing = ({ deps, caller, answerHeaders }: Context): Promise<void> =>
  takeCode({ ...deps, rateLimits: deps.codeLimits }, caller, answerHeaders);
