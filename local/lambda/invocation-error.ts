import type { LambdaFailure } from './messages.ts';

/** A function that threw, ran out of time or died. `errorType` is what Lambda would report. */
export class InvocationError extends Error {
  override readonly name = 'InvocationError';
  readonly errorType: string;

  constructor(failure: LambdaFailure) {
    super(failure.errorMessage);
    this.errorType = failure.errorType;
    if (failure.stack !== '') this.stack = failure.stack;
  }
}

export const timedOut = (timeoutMs: number): InvocationError =>
  new InvocationError({
    errorType: 'Sandbox.Timedout',
    errorMessage: `Task timed out after ${(timeoutMs / 1000).toFixed(2)} seconds`,
    stack: '',
  });

export const exited = (reason: string): InvocationError =>
  new InvocationError({ errorType: 'Runtime.ExitError', errorMessage: `Runtime exited: ${reason}`, stack: '' });

/** As many calls of the function are running as its reserved concurrency allows. */
export class ThrottledError extends Error {
  override readonly name = 'TooManyRequestsException';

  constructor() {
    super('Rate Exceeded.');
  }
}
