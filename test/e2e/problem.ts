import { FAILURES } from '../../core/errors.ts';
import type { Answer } from './product.ts';

export type Problem = {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly error: string;
  readonly request_id: string;
  readonly errors?: readonly { readonly path: string; readonly code: string; readonly message: string }[];
  readonly [member: string]: unknown;
};

/** The problem document of an answer (RFC 9457 with the contract's members). Fails the test where it is not one. */
export function problemIn(answer: Answer): Problem {
  expect(answer.headers.get('content-type')).toBe('application/problem+json');
  const problem = answer.json<Problem>();
  expect(problem).toMatchObject({
    type: expect.stringMatching(new RegExp(`^http://localhost:\\d+/docs/errors/${problem.error}$`)),
    title: expect.any(String),
    status: answer.status,
    detail: expect.stringMatching(/\S/),
    request_id: answer.headers.get('x-request-id'),
  });
  expect(Object.keys(FAILURES)).toContain(problem.error);
  expect(answer.text).not.toMatch(/node_modules|\bat .+:\d+:\d+|file:\/\//);
  return problem;
}

/** `[status, word]`, for tables of refusals. */
export const refusal = (answer: Answer): readonly [number, string] => [answer.status, problemIn(answer).error];
