import type { Definition, State } from './definition.ts';

/** Integrations that tasks may name: what follows `arn:aws:states:::` in their Resource. */
export const INTEGRATIONS = [
  'lambda:invoke',
  'athena:startQueryExecution.sync',
  'dynamodb:deleteItem',
  'dynamodb:getItem',
  'dynamodb:putItem',
  'dynamodb:updateItem',
] as const;
export type Integration = (typeof INTEGRATIONS)[number];

const PREFIX = 'arn:aws:states:::';

/** The members each type of state may have; `Comment` and `QueryLanguage` are judged for all of them. */
const ENDING = ['Next', 'End'];
const PATHS = ['InputPath', 'OutputPath'];
const SHAPES = [...PATHS, 'Parameters', 'ResultSelector', 'ResultPath'];
const FALLIBLE = [...ENDING, ...SHAPES, 'Retry', 'Catch'];
const INLINE_MAP = [
  ...FALLIBLE,
  'ItemProcessor',
  'Iterator',
  'ItemsPath',
  'ItemSelector',
  'MaxConcurrency',
  'MaxConcurrencyPath',
];
const DISTRIBUTED_MAP = [
  ...INLINE_MAP,
  'ItemReader',
  'ItemBatcher',
  'ResultWriter',
  'Label',
  'ToleratedFailureCount',
  'ToleratedFailureCountPath',
  'ToleratedFailurePercentage',
  'ToleratedFailurePercentagePath',
];
const MEMBERS: Readonly<Record<Exclude<State['Type'], 'Map'>, readonly string[]>> = {
  Task: [...FALLIBLE, 'Resource', 'TimeoutSeconds', 'TimeoutSecondsPath'],
  Wait: [...ENDING, ...PATHS, 'Seconds', 'SecondsPath', 'Timestamp', 'TimestampPath'],
  Choice: [...PATHS, 'Choices', 'Default'],
  Fail: ['Error', 'Cause', 'ErrorPath', 'CausePath'],
  Pass: [...ENDING, ...PATHS, 'Parameters', 'Result', 'ResultPath'],
  Succeed: PATHS,
  Parallel: [...FALLIBLE, 'Branches'],
};
const READER_MEMBERS = ['InputType', 'CSVHeaderLocation', 'CSVHeaders', 'CSVDelimiter', 'MaxItems', 'MaxItemsPath'];
const BATCHER_MEMBERS = ['MaxItemsPerBatch', 'MaxItemsPerBatchPath', 'MaxInputBytesPerBatch', 'BatchInput'];

type Members = Readonly<Record<string, unknown>>;

/**
 * The definition as the laptop plays it. Throws an Error that begins with `where` for anything that it cannot do as
 * AWS would, so that nothing of a definition is dropped without a word.
 */
export function definitionOf(value: unknown, where: string): Definition {
  const definition = membersOf(value, where);
  refuseQueryLanguage(definition, where);
  if (definition['StartAt'] === undefined) throw new Error(`${where} has no StartAt.`);
  const states = membersOf(definition['States'], `${where}.States`);
  for (const [name, state] of Object.entries(states))
    checkState(membersOf(state, `${where}/${name}`), `${where}/${name}`);
  return value as Definition;
}

function checkState(state: Members, where: string): void {
  refuseQueryLanguage(state, where);
  const type = String(state['Type']);
  if (type === 'Map') return checkMap(state, where);
  const members = (MEMBERS as Readonly<Record<string, readonly string[]>>)[type];
  if (members === undefined) throw new Error(`${where} is of the unknown type ${type}.`);
  refuseOthers(state, [...members, 'Type', 'Comment', 'QueryLanguage'], where);
  if (type === 'Task') checkResource(state['Resource'], where);
  if (type === 'Parallel') {
    for (const [index, branch] of (state['Branches'] as unknown[]).entries())
      definitionOf(branch, `${where}[${index}]`);
  }
}

function checkMap(state: Members, where: string): void {
  const processor = membersOf(state['ItemProcessor'], `${where}.ItemProcessor`);
  const config = membersOf(processor['ProcessorConfig'] ?? {}, `${where}.ProcessorConfig`);
  const isDistributed = config['Mode'] === 'DISTRIBUTED';
  refuseOthers(state, [...(isDistributed ? DISTRIBUTED_MAP : INLINE_MAP), 'Type', 'Comment', 'QueryLanguage'], where);
  if (isDistributed && config['ExecutionType'] !== 'EXPRESS') {
    throw new Error(`${where}: the laptop's distributed maps have EXPRESS children only.`);
  }
  definitionOf(processor, where);
  if (state['ItemReader'] !== undefined) {
    const reader = membersOf(state['ItemReader'], `${where}.ItemReader`);
    if (reader['Resource'] !== `${PREFIX}s3:getObject`) {
      throw new Error(`${where}.ItemReader: the laptop reads items of one S3 object only.`);
    }
    const readerConfig = membersOf(reader['ReaderConfig'] ?? {}, `${where}.ReaderConfig`);
    refuseOthers(readerConfig, READER_MEMBERS, `${where}.ReaderConfig`);
    if (!['CSV', 'JSON', 'JSONL'].includes(String(readerConfig['InputType']))) {
      throw new Error(
        `${where}.ReaderConfig: the laptop reads CSV, JSON and JSONL, not ${String(readerConfig['InputType'])}.`,
      );
    }
  }
  refuseOthers(membersOf(state['ItemBatcher'] ?? {}, where), BATCHER_MEMBERS, `${where}.ItemBatcher`);
  refuseOthers(membersOf(state['ResultWriter'] ?? {}, where), ['Resource', 'Parameters'], `${where}.ResultWriter`);
}

function checkResource(resource: unknown, where: string): void {
  if (integrationOf(String(resource)) !== null) return;
  throw new Error(`${where}: the laptop's Step Functions does not play the resource ${String(resource)}.`);
}

/** What a task's Resource names; null for what the laptop does not play. */
export const integrationOf = (resource: string): Integration | null =>
  INTEGRATIONS.find((integration) => resource === `${PREFIX}${integration}`) ?? null;

function refuseQueryLanguage(members: Members, where: string): void {
  const { QueryLanguage: language = 'JSONPath' } = members;
  if (language !== 'JSONPath')
    throw new Error(`${where} uses ${JSON.stringify(language)}; the laptop plays JSONPath only.`);
}

function refuseOthers(members: Members, known: readonly string[], where: string): void {
  const other = Object.keys(members).find((member) => !known.includes(member));
  if (other !== undefined) throw new Error(`${where}: the laptop's Step Functions does not play ${other}.`);
}

function membersOf(value: unknown, where: string): Members {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Members;
  throw new Error(`${where} is not an object.`);
}
