import { Effect, PolicyDocument, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import { Aws } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import type { FunctionName } from '../../adapters/env.ts';
import type { TableName } from '../../adapters/table.ts';
import { type Feed, FUNCTION_POWERS, type FunctionPowers, type Place } from '../powers.ts';
import { LOG_POWERS, POLLER_POWERS, VPC_POWERS } from '../service-powers.ts';
import { senderAddress } from '../settings-schema.ts';
import { acceptFindings, acceptWildcard } from './accepted.ts';
import { isLakePlace, LAKE_PLACES } from './lake-places.ts';
import { isQrPlace, QR_PLACES } from './qr-places.ts';
import type { Surroundings } from './surroundings.ts';
import { acceptRuns, isWorkflowPlace, WORKFLOW_PLACES } from './workflow-places.ts';

/** A role that may do what `lib/powers.ts` says of its function, and nothing else. */
export function functionRole(
  scope: Construct,
  name: FunctionName,
  surroundings: Surroundings,
  logGroup: ILogGroup,
): Role {
  const powers = FUNCTION_POWERS[name];
  const role = new Role(scope, 'Role', {
    assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
    description: `What the Signpost function ${name} may do`,
    inlinePolicies: {
      powers: new PolicyDocument({
        // Merging statements would hide which place an action is allowed on.
        minimize: false,
        statements: [
          ...Object.entries(powers.may).flatMap(([place, actions]) =>
            allowOn(place as Place, actions, arnsOf(place as Place, surroundings)),
          ),
          ...(powers.fedBy === undefined ? [] : pollerStatements(powers.fedBy, surroundings)),
          allow('OwnLogs', LOG_POWERS, [logGroup.logGroupArn]),
          ...(isInVpc(powers, surroundings) ? [allow('NetworkInterfaces', VPC_POWERS, ['*'])] : []),
        ],
      }),
    },
  });
  acceptWildcards(role, powers, surroundings);
  return role;
}

/** What can only be named with a star: resources that AWS gives no ARN, and objects below a prefix. */
function acceptWildcards(role: Role, powers: FunctionPowers, surroundings: Surroundings): void {
  const { failedRecords } = surroundings;
  if (isInVpc(powers, surroundings) || (powers.fedBy !== undefined && powers.fedBy !== 'clickStream')) {
    const reason = 'AWS knows network interface actions and dynamodb:ListStreams on every resource only.';
    acceptFindings(role, { 'AwsSolutions-IAM5[Resource::*]': reason, 'Serverless-LambdaStarPermissions': reason });
  }
  if (failedRecords !== undefined && keepsFailures(powers.fedBy)) {
    acceptWildcard(
      role,
      failedRecords.arnForObjects('aws/lambda/*'),
      'Lambda names each failed batch itself, below this prefix; the role may only add objects there.',
    );
  }
  const places = Object.keys(powers.may) as Place[];
  for (const arn of new Set(places.flatMap((place) => arnsOf(place, surroundings))))
    acceptPrefix(role, arn, surroundings);
  const { reports, batches } = surroundings.workflows ?? {};
  if (places.includes('reportRuns') && reports !== undefined) acceptRuns(role, reports);
  if (places.includes('batchRuns') && batches !== undefined) acceptRuns(role, batches);
}

/** Objects of the lake and of its answers have no names before they are written. */
export function acceptPrefix(role: Role, arn: string, { lake, qr }: Pick<Surroundings, 'lake' | 'qr'>): void {
  const isBelow = (bucket: IBucket | undefined): boolean => arn.startsWith(`${bucket?.bucketArn}/`);
  if (isBelow(lake?.bucket) || isBelow(lake?.results))
    acceptWildcard(role, arn, 'Firehose, Athena and workflows name objects themselves, below this prefix.');
  if (isBelow(qr?.images) || isBelow(qr?.uploads))
    acceptWildcard(
      role,
      arn,
      'Objects have the hashes of their bytes or the ids of what they belong to, below this prefix.',
    );
}

const isInVpc = (powers: FunctionPowers, { cache }: Surroundings): boolean =>
  powers.usesCache === true && cache !== null && cache.network !== null;

/** A link the cache was not told about lives there for seconds: nothing of it is kept for a replay. */
const keepsFailures = (feed: Feed | undefined): boolean => feed !== undefined && feed !== 'links';

const allow = (sid: string, actions: readonly string[], resources: readonly string[]) =>
  new PolicyStatement({ sid, effect: Effect.ALLOW, actions: [...actions], resources: [...resources] });

const allowOn = (place: Place, actions: readonly string[], arns: readonly string[]): PolicyStatement[] =>
  arns.length === 0 ? [] : [allow(sidOf(place), actions, arns)];

/** `links/byWorkspace` → `LinksByWorkspace`; a statement id holds letters and digits only. */
const sidOf = (place: Place): string =>
  place
    .split('/')
    .map((part) => part.charAt(0).toUpperCase() + part.slice(1))
    .join('');

/** The ARNs of a place; none for the cache of a stage without one, or for the sender of a stage that mails nobody. */
function arnsOf(place: Place, { settings, data, cache, lake, workflows, qr }: Surroundings): readonly string[] {
  if (isWorkflowPlace(place)) {
    if (workflows === undefined) throw new Error(`${place} is of a workflow that this stack stands before.`);
    return WORKFLOW_PLACES[place](workflows);
  }
  if (isLakePlace(place)) {
    if (lake === undefined) throw new Error(`${place} is of the lake, and this stack stands before the lake's.`);
    return LAKE_PLACES[place](lake);
  }
  if (isQrPlace(place)) {
    if (qr === undefined) throw new Error(`${place} is of QR codes, and this stack stands before theirs.`);
    return QR_PLACES[place](qr);
  }
  if (place === 'clickStream') return [data.clickStream.streamArn];
  if (place === 'eventBus') return [data.eventBus.eventBusArn];
  if (place === 'cache') return cache?.arns ?? [];
  if (place === 'signingKeys') return [data.signingKeys.secretArn];
  if (place === 'mailSender') return settings.mail.from === null ? [] : [identityArn(settings.mail.from)];
  const [table, index] = place.split('/') as [TableName, string | undefined];
  const { tableArn } = data.tables[table];
  return [index === undefined ? tableArn : `${tableArn}/index/${index}`];
}

/** What SES calls the domain of a sender. */
function identityArn(sender: string): string {
  const domain = senderAddress(sender).split('@')[1];
  return `arn:${Aws.PARTITION}:ses:${Aws.REGION}:${Aws.ACCOUNT_ID}:identity/${domain}`;
}

function pollerStatements(feed: Feed, { data, failedRecords }: Surroundings): PolicyStatement[] {
  const reading =
    feed === 'clickStream'
      ? [allow('PollClickStream', POLLER_POWERS.clickStream, [data.clickStream.streamArn])]
      : [
          allow('PollTableStream', POLLER_POWERS.tableStream, [streamArnOf(feed, data)]),
          allow('ListTableStreams', POLLER_POWERS.anyTableStream, ['*']),
        ];
  if (!keepsFailures(feed)) return reading;
  if (failedRecords === undefined) throw new Error(`Records of ${feed} that fail have no bucket to be kept in.`);
  return [
    ...reading,
    allow('KeepFailedRecords', POLLER_POWERS.failedRecords, [failedRecords.arnForObjects('aws/lambda/*')]),
    allow('FindFailedRecordsBucket', POLLER_POWERS.failedRecordsBucket, [failedRecords.bucketArn]),
  ];
}

/** ARN of a table's change stream. Throws for a table that `adapters/table.ts` gives none. */
export function streamArnOf(table: TableName, data: Surroundings['data']): string {
  const arn = data.tables[table].tableStreamArn;
  if (arn === undefined) throw new Error(`The table ${table} has no stream; adapters/table.ts must name one.`);
  return arn;
}
