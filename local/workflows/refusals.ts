import type { Definition, State } from './definition.ts';

/** Integrations that tasks may name: what follows `arn:aws:states:::` in their Resource. */
const INTEGRATIONS = [
  'lambda:invoke',
  'athena:startQueryExecution.sync',
  'dynamodb:deleteItem',
  'dynamodb:getItem',
  'dynamodb:putItem',
  'dynamodb:updateItem',
] as const;
export type Integration = (typeof INTEGRATIONS)[number];

const PREFIX = 'arn:aws:states:::';

/** What definitions and states may have. */
const DEFINITION = ['StartAt', 'States', 'TimeoutSeconds', 'Comment', 'Version', 'QueryLanguage', 'ProcessorConfig'];
const ANY_STATE = ['Type', 'Comment', 'QueryLanguage'];
const ENDING = ['Next', 'End'];
const PATHS = ['InputPath', 'OutputPath'];
const SHAPES = [...PATHS, 'Parameters', 'ResultSelector', 'ResultPath'];
const FALLIBLE = [...ENDING, ...SHAPES, 'Retry', 'Catch'];
const INLINE_MAP = [...FALLIBLE, 'ItemProcessor', 'ItemsPath', 'ItemSelector', 'MaxConcurrency', 'MaxConcurrencyPath'];
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
const INPUT_TYPES = ['CSV', 'JSON', 'JSONL'];
const BATCHER_MEMBERS = ['MaxItemsPerBatch', 'MaxItemsPerBatchPath', 'MaxInputBytesPerBatch', 'BatchInput'];

type Members = Readonly<Record<string, unknown>>;

/**
 * The definition as the laptop plays it. Throws an Error that begins with `where` for anything that it cannot do as
 * AWS would, so that nothing of a definition is dropped without a word. The children of a distributed map have fewer
 * liberties: `isOfChildren`.
 */
export function definitionOf(value: unknown, where: string, isOfChildren = false): Definition {
  const definition = membersOf(value, where);
  refuseQueryLanguage(definition, where);
  refuseOthers(definition, DEFINITION, where);
  if (definition['StartAt'] === undefined) throw new Error(`${where} has no StartAt.`);
  const states = membersOf(definition['States'], `${where}.States`);
  for (const [name, state] of Object.entries(states))
    checkState(membersOf(state, `${where}/${name}`), `${where}/${name}`, isOfChildren);
  return value as Definition;
}

function checkState(state: Members, where: string, isOfChildren: boolean): void {
  refuseQueryLanguage(state, where);
  const type = String(state['Type']);
  if (type === 'Map') return checkMap(state, where, isOfChildren);
  const members = (MEMBERS as Readonly<Record<string, readonly string[]>>)[type];
  if (members === undefined) throw new Error(`${where} is of the unknown type ${type}.`);
  refuseOthers(state, [...members, ...ANY_STATE], where);
  if (type === 'Task') checkResource(String(state['Resource']), where, isOfChildren);
  if (type === 'Parallel') {
    for (const [index, branch] of (state['Branches'] as unknown[]).entries())
      definitionOf(branch, `${where}[${index}]`, isOfChildren);
  }
}

function checkMap(state: Members, where: string, isOfChildren: boolean): void {
  const processor = membersOf(state['ItemProcessor'], `${where}.ItemProcessor`);
  const { Mode, ExecutionType } = membersOf(processor['ProcessorConfig'] ?? {}, `${where}.ProcessorConfig`);
  const isDistributed = Mode === 'DISTRIBUTED';
  refuseOthers(state, [...(isDistributed ? DISTRIBUTED_MAP : INLINE_MAP), ...ANY_STATE], where);
  if (isDistributed && ExecutionType !== 'EXPRESS') {
    throw new Error(`${where}: the laptop's distributed maps have EXPRESS children only.`);
  }
  if (isDistributed && isOfChildren) throw new Error(`${where}: EXPRESS children have no distributed map.`);
  definitionOf(processor, where, isDistributed || isOfChildren);
  if (state['ItemReader'] !== undefined) checkReader(membersOf(state['ItemReader'], where), `${where}.ItemReader`);
  refuseOthers(membersOf(state['ItemBatcher'] ?? {}, where), BATCHER_MEMBERS, `${where}.ItemBatcher`);
  refuseOthers(membersOf(state['ResultWriter'] ?? {}, where), ['Resource', 'Parameters'], `${where}.ResultWriter`);
}

function checkReader({ Resource, ReaderConfig = {} }: Members, where: string): void {
  if (Resource !== `${PREFIX}s3:getObject`) throw new Error(`${where}: the laptop reads items of one S3 object only.`);
  const config = membersOf(ReaderConfig, `${where}.ReaderConfig`);
  refuseOthers(config, READER_MEMBERS, `${where}.ReaderConfig`);
  const inputType = String(config['InputType']);
  if (INPUT_TYPES.includes(inputType)) return;
  throw new Error(`${where}: the laptop reads ${INPUT_TYPES.join(', ')}, not ${inputType}.`);
}

function checkResource(resource: string, where: string, isOfChildren: boolean): void {
  if (integrationOf(resource) === null) {
    throw new Error(`${where}: the laptop's Step Functions does not play the resource ${resource}.`);
  }
  if (isOfChildren && resource.endsWith('.sync')) throw new Error(`${where}: EXPRESS children cannot wait for a job.`);
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
