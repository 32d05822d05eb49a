/** What every embedded engine of the laptop has in common: an endpoint, access control in front, faults on demand. */
export type Engine = {
  /** `http://127.0.0.1:port` (or `redis://…`), for `AWS_ENDPOINT_URL_*`. */
  readonly url: string;
  close(): Promise<void>;
};

/** One call as an engine sees it: who (the access key id names a role), which IAM action, on which ARNs. */
export type EngineCall = {
  readonly accessKeyId: string;
  /** `kinesis:PutRecords`, `dynamodb:GetItem`, … */
  readonly action: string;
  readonly resourceArns: readonly string[];
};

export type AccessDecision = { readonly allowed: true } | { readonly allowed: false; readonly message: string };

/** Decides a call by the caller's role and remembers that it was made. */
export type Authorize = (call: EngineCall) => AccessDecision;

/** A fault that a test asks for; engines without a `faultFor` never fail on purpose. */
export type Fault =
  /** Answer with an AWS error instead of doing it. */
  | { readonly kind: 'refuse'; readonly status: number; readonly errorType: string }
  /** Never answer; the connection stays open. */
  | { readonly kind: 'hang' }
  /** Do it, then cut the connection before the answer. */
  | { readonly kind: 'lose-answer' }
  /** Kinesis PutRecords: fail these entries (by index) with ProvisionedThroughputExceededException. */
  | { readonly kind: 'fail-entries'; readonly indexes: readonly number[] };

/** Asked before each call; `entries` is the number of records of a PutRecords. Mutable so that tests can switch it. */
export type FaultInjection = { faultFor: ((call: EngineCall, entries: number) => Fault | null) | null };
