import type { Cloud, CloudResource } from './cloud.ts';
import { type EventPattern, eventPatternOf } from './event-pattern.ts';
import { type Properties, propertiesOf } from './properties.ts';
import { statementOf } from './roles.ts';

export type EventRulePlan = {
  readonly name: string;
  readonly pattern: EventPattern;
  /** Names of the log groups that what matches is written to. */
  readonly logGroups: readonly string[];
};

export type EventBusPlan = { readonly name: string; readonly arn: string; readonly rules: readonly EventRulePlan[] };

/**
 * The event buses of the template with their rules. Throws where AWS would not deliver, because the log group does not let it,
 * and for what the laptop does not play: other buses and targets, schedules, events that are changed on the way.
 */
export function eventBusesOf(cloud: Cloud): readonly EventBusPlan[] {
  const rules = cloud.ofType('AWS::Events::Rule').map((rule) => ({ rule, plan: ruleOf(rule, cloud) }));
  const buses = cloud.ofType('AWS::Events::EventBus').map((bus) => ({
    name: bus.name,
    arn: bus.attribute('Arn'),
    rules: rules.filter(({ rule }) => busOf(rule) === bus.name).map(({ plan }) => plan),
  }));
  for (const { rule } of rules) {
    if (!buses.some(({ name }) => name === busOf(rule)))
      throw new Error(`${rule.properties.where}: the laptop has no event bus ${busOf(rule)}.`);
  }
  return buses;
}

const busOf = ({ properties }: CloudResource): string => properties.textOr('EventBusName', 'default');

function ruleOf({ name, properties }: CloudResource, cloud: Cloud): EventRulePlan {
  refuse(properties, ['ScheduleExpression', 'RoleArn']);
  if (properties.textOr('State', 'ENABLED') !== 'ENABLED')
    throw new Error(`${properties.where}: the laptop's rules are never off.`);
  return {
    name,
    pattern: eventPatternOf(properties.raw('EventPattern'), `${properties.where}.EventPattern`),
    logGroups: properties.list('Targets').map((target) => logGroupOf(target, cloud)),
  };
}

function logGroupOf(target: Properties, cloud: Cloud): string {
  refuse(target, ['Input', 'InputPath', 'InputTransformer', 'RoleArn']);
  const arn = target.text('Arn');
  const name = /^arn:aws:logs:[^:]+:\d+:log-group:([^:]+)$/.exec(arn)?.[1];
  if (name === undefined)
    throw new Error(`${target.where}: the laptop delivers events to log groups only, not to ${arn}.`);
  if (!mayWrite(`${arn}:*`, cloud)) throw new Error(`${target.where}: no policy lets EventBridge write to ${name}.`);
  return name;
}

function refuse(properties: Properties, unsupported: readonly string[]): void {
  const found = unsupported.find((name) => properties.has(name));
  if (found !== undefined) throw new Error(`${properties.where}: the laptop's rules have no ${found}.`);
}

const WRITING = ['logs:CreateLogStream', 'logs:PutLogEvents'];

/** Whether a policy of log groups lets EventBridge write to this one. */
const mayWrite = (logGroupArn: string, cloud: Cloud): boolean =>
  cloud
    .ofType('AWS::Logs::ResourcePolicy')
    .flatMap(({ properties }) => {
      const { where } = properties;
      return propertiesOf(JSON.parse(properties.text('PolicyDocument')), where).list('Statement');
    })
    .some((statement) => {
      const { effect, actions, resources } = statementOf(statement);
      const services = [statement.inner('Principal').raw('Service')].flat();
      return (
        effect === 'Allow' &&
        services.includes('events.amazonaws.com') &&
        resources.includes(logGroupArn) &&
        WRITING.every((action) => actions.includes(action))
      );
    });
