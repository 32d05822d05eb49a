import { AwsError, accessDenied, parseJsonObject } from './aws-json.ts';
import type { AwsJsonAnswer, AwsJsonCall } from './aws-json-server.ts';
import { accessesOf, tablesOf, WRITES } from './dynamodb-access.ts';
import { tableArnOf, toOurArns, toUpstreamArns } from './dynamodb-arns.ts';
import type { TableChanges } from './dynamodb-changes.ts';
import type { Upstream } from './dynamodb-upstream.ts';
import type { Authorize, EngineCall, FaultInjection } from './engine.ts';

export type ProxyContext = {
  readonly upstream: Upstream;
  readonly authorize: Authorize;
  readonly faults: FaultInjection;
  readonly changes: TableChanges;
  /** The server's own ARN of a table's stream. */
  readonly upstreamStreamArn: (table: string) => string | undefined;
};

/** IAM in front of DynamoDB: decides by caller, action and resources, then passes the request on untouched. */
export async function answerDynamoDbCall(call: AwsJsonCall, context: ProxyContext): Promise<AwsJsonAnswer> {
  const { accessKeyId, operation } = call;
  const accesses = accessesOf(operation, parseJsonObject(call.body));
  for (const access of accesses) {
    const decision = context.authorize({ accessKeyId, ...access });
    if (!decision.allowed) throw accessDenied(decision.message);
  }

  const tables = tablesOf(accesses);
  const fault = context.faults.faultFor?.(operationCall(call, tables), 0) ?? null;
  if (fault?.kind === 'refuse') throw new AwsError(fault.errorType, 'Refused by an injected fault.', fault.status);
  if (fault?.kind === 'hang') return 'hang';

  const answer = await passOn(call, context);
  if (WRITES.has(operation) && answer.status === 200) for (const table of tables) context.changes.changed(table);
  return fault?.kind === 'lose-answer' ? 'cut' : answer;
}

/** The call as a fault sees it: the whole request, also where IAM looks at its parts. */
const operationCall = (call: AwsJsonCall, tables: readonly string[]): EngineCall => ({
  accessKeyId: call.accessKeyId,
  action: `dynamodb:${call.operation}`,
  resourceArns: tables.map(tableArnOf),
});

async function passOn(call: AwsJsonCall, context: ProxyContext): Promise<{ status: number; body: Buffer | string }> {
  const { upstream, upstreamStreamArn } = context;
  if (!speaksOfArns(call)) return upstream.post(call.target, call.body);
  const request = toUpstreamArns(withUpstreamIterator(call.body.toString('utf8')), upstreamStreamArn);
  const { status, body } = await upstream.post(call.target, request);
  return { status, body: withOurIterator(toOurArns(body.toString('utf8')), call) };
}

/** Item calls, the hot ones, name tables; the control plane and streams speak in ARNs, which must read as AWS's. */
const speaksOfArns = ({ operation, target }: AwsJsonCall): boolean =>
  target.startsWith('DynamoDBStreams') || operation.endsWith('Table');

const SHARD_ITERATOR = /"((?:Next)?ShardIterator)"\s*:\s*"([^"]+)"/;

/** AWS's iterators start with the stream's ARN; so do ours, because GetRecords is allowed or denied by it. */
function withOurIterator(answer: string, { body }: AwsJsonCall): string {
  const arn = /arn:aws:dynamodb:us-east-1:[^"|]+/.exec(body.toString('utf8'))?.[0];
  return arn === undefined ? answer : answer.replace(SHARD_ITERATOR, `"$1":"${arn}|$2"`);
}

const withUpstreamIterator = (request: string): string =>
  request.replace(SHARD_ITERATOR, (_, name: string, iterator: string) => `"${name}":"${iterator.split('|').at(-1)}"`);
