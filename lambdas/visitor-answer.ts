import { Failure } from '../core/errors.ts';
import type { Verdict } from '../core/links/visit.ts';
import { PAGE_HEADERS } from '../web/visitor/page.ts';
import {
  disabledPage,
  exhaustedPage,
  expiredPage,
  passwordPage,
  prefetchRefusedPage,
  previewPage,
  unavailablePage,
  unknownPage,
} from '../web/visitor/pages.ts';
import { failureHeaders, visitorProblemOf } from './problem.ts';
import type { HttpAnswer } from './request.ts';

/** What a visitor's answer depends on beside the verdict. */
export type VisitorContext = {
  readonly code: string;
  readonly origin: string;
  readonly requestId: string;
  readonly wantsJson: boolean;
};

/** A program that asks for JSON gets a problem document; everybody else a page. */
export const wantsJson = (accept: string | undefined): boolean =>
  accept !== undefined && !accept.includes('text/html') && /application\/(problem\+)?json/.test(accept);

const NEVER_STORED = {
  'cache-control': 'private, no-store',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
} as const;

/** Turns a verdict into what the visitor gets. Decides nothing. */
export function answerVisitor(verdict: Verdict, context: VisitorContext): HttpAnswer {
  switch (verdict.kind) {
    case 'go':
      return {
        status: verdict.status,
        headers: {
          location: verdict.location,
          'cache-control': 'private, no-store',
          'x-request-id': context.requestId,
        },
      };
    case 'preview':
      return preview(verdict, context);
    case 'unknown':
      return refuse(new Failure('URL_NOT_FOUND'), unknownPage(`${context.origin}/${context.code}`), context);
    case 'disabled':
      return refuse(new Failure('URL_DISABLED'), disabledPage(), context);
    case 'expired': {
      const expiredAt = new Date(verdict.expiredAtMs).toISOString();
      const message = `This link expired on ${expiredAt.slice(0, 10)}`;
      return refuse(
        new Failure('URL_EXPIRED', { expired_at: expiredAt, message }),
        expiredPage(verdict.expiredAtMs),
        context,
      );
    }
    case 'exhausted':
      return refuse(new Failure('CLICK_LIMIT_REACHED'), exhaustedPage(), context);
    case 'locked': {
      const action = { method: 'POST', endpoint: `/v1/urls/${context.code}/unlock` };
      return refuse(new Failure('PASSWORD_REQUIRED', { action }), passwordPage(context.code, null), context);
    }
    case 'prefetch_refused':
      return refuse(new Failure('PREFETCH_REFUSED'), prefetchRefusedPage(), context);
  }
}

/** No store could say what this link is: never a 404, which would be a lie that sticks. */
export const unavailable = (failure: Failure, context: VisitorContext): HttpAnswer =>
  refuse(failure, unavailablePage(context.requestId), context);

/** A refusal: its page for people, its problem document for programs, one status. */
export function refuse(failure: Failure, html: string, context: VisitorContext): HttpAnswer {
  const problem = visitorProblemOf(failure, context);
  const shared = { ...failureHeaders(failure), vary: 'accept', 'x-request-id': context.requestId };
  return context.wantsJson
    ? {
        status: problem.status,
        headers: {
          ...NEVER_STORED,
          'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
          'content-type': 'application/problem+json',
          ...shared,
        },
        body: JSON.stringify(problem),
      }
    : { status: problem.status, headers: { ...PAGE_HEADERS, ...shared }, body: html };
}

function preview(
  { targetUrl, createdAtMs }: Extract<Verdict, { kind: 'preview' }>,
  context: VisitorContext,
): HttpAnswer {
  const headers = { vary: 'accept', 'x-request-id': context.requestId };
  if (!context.wantsJson)
    return {
      status: 200,
      headers: { ...PAGE_HEADERS, ...headers },
      body: previewPage(context.code, targetUrl, createdAtMs),
    };
  const body = {
    short_code: context.code,
    original_url: targetUrl,
    password_protected: targetUrl === null,
    created_at: new Date(createdAtMs).toISOString(),
  };
  return {
    status: 200,
    headers: { ...NEVER_STORED, 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  };
}
