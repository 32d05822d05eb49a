import { type WorkgroupPlan, workgroupsOf } from './athena.ts';
import { bucketReadersOf } from './bucket-readers.ts';
import { type BucketPlan, bucketsOf } from './buckets.ts';
import { type CachePlan, cachesOf } from './caches.ts';
import { type Cloud, type CloudResource, createCloud } from './cloud.ts';
import { type DeliveryStreamPlan, deliveryStreamsOf } from './delivery-streams.ts';
import { apiBehind, type DistributionPlan, distributionsOf } from './distributions.ts';
import { type EventBusPlan, eventBusesOf } from './event-buses.ts';
import { type EventSourcePlan, eventSourcesOf } from './event-sources.ts';
import { type FunctionPlan, functionsOf } from './functions.ts';
import { type GlueTablePlan, glueTablesOf } from './glue.ts';
import { type HttpApiPlan, httpApisOf } from './http-api.ts';
import { type RestApiPlan, restApisOf } from './rest-api.ts';
import { type RolePlan, rolesOf } from './roles.ts';
import { type SchedulePlan, schedulesOf } from './schedules.ts';
import { type KeptSecretPlan, memberOf, type SecretPlan, secretOf, secretsOf } from './secrets.ts';
import { type IgnoredResource, reasonToIgnore } from './stand-ins.ts';
import { type StateMachinePlan, stateMachinesOf } from './state-machines.ts';
import { type StreamPlan, streamsOf } from './streams.ts';
import { type TablePlan, tablesOf } from './tables.ts';
import type { Stack } from './template.ts';

/** Everything the templates declare, as the laptop carries it out. */
export type Plan = {
  readonly tables: readonly TablePlan[];
  readonly streams: readonly StreamPlan[];
  readonly buckets: readonly BucketPlan[];
  readonly eventBuses: readonly EventBusPlan[];
  readonly deliveryStreams: readonly DeliveryStreamPlan[];
  readonly glueTables: readonly GlueTablePlan[];
  readonly workgroups: readonly WorkgroupPlan[];
  readonly caches: readonly CachePlan[];
  readonly secrets: readonly KeptSecretPlan[];
  readonly functions: readonly FunctionPlan[];
  readonly roles: readonly RolePlan[];
  /** Distributions that read buckets, as the roles that engines judge them by. */
  readonly bucketReaders: readonly RolePlan[];
  readonly eventSources: readonly EventSourcePlan[];
  readonly schedules: readonly SchedulePlan[];
  readonly stateMachines: readonly StateMachinePlan[];
  readonly httpApis: readonly HttpApiPlan[];
  readonly restApis: readonly RestApiPlan[];
  readonly distributions: readonly DistributionPlan[];
  readonly ignored: readonly IgnoredResource[];
};

/** What the plan needs to know of the laptop it is made for. */
export type PlanFacts = {
  /** `localhost:4001`: the own domain of the distribution in front of an API of this kind. */
  doorDomain(kind: 'http-api' | 'rest-api'): string;
  /** The secret's whole value, made on first use. */
  secretValue(secret: SecretPlan): string;
};

/**
 * Reads the templates of all stacks as one plan. Throws an Error that names the resource for anything the laptop
 * cannot carry out as AWS would.
 */
export function planOf(stacks: readonly Stack[], facts: PlanFacts): Plan {
  const cloud = createCloud(stacks, {
    distributionDomain: (all: Cloud, distribution: CloudResource) => facts.doorDomain(apiBehind(distribution, all)),
    secretValue(secret, jsonKey) {
      const value = facts.secretValue(secretOf(secret));
      return jsonKey === null ? value : memberOf(value, jsonKey);
    },
  });
  const ignored = ignoredOf(cloud);
  const functions = functionsOf(cloud);
  const deliveryStreams = deliveryStreamsOf(cloud);
  const stateMachines = stateMachinesOf(cloud);
  return {
    tables: tablesOf(cloud),
    streams: streamsOf(cloud),
    eventBuses: eventBusesOf(cloud),
    buckets: bucketsOf(cloud),
    deliveryStreams,
    glueTables: glueTablesOf(cloud),
    workgroups: workgroupsOf(cloud),
    caches: cachesOf(cloud),
    secrets: secretsOf(cloud),
    functions,
    roles: rolesOf(
      cloud,
      new Set([...functions, ...deliveryStreams, ...stateMachines].map(({ roleName }) => roleName)),
    ),
    bucketReaders: bucketReadersOf(cloud),
    eventSources: eventSourcesOf(cloud),
    schedules: schedulesOf(cloud),
    stateMachines,
    httpApis: httpApisOf(cloud),
    restApis: restApisOf(cloud),
    distributions: distributionsOf(cloud),
    ignored,
  };
}

const ignoredOf = (cloud: Cloud): readonly IgnoredResource[] =>
  cloud.resources.flatMap(({ type, name }) => {
    const reason = reasonToIgnore(type);
    return reason === null ? [] : [{ type, name, reason }];
  });
