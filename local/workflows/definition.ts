/** A state machine in Amazon States Language, JSONPath only, as far as the laptop plays it. */
export type Definition = {
  readonly StartAt: string;
  readonly States: Readonly<Record<string, State>>;
  readonly TimeoutSeconds?: number;
};

export type Json = null | boolean | number | string | readonly Json[] | { readonly [member: string]: Json };

export type Retrier = {
  readonly ErrorEquals: readonly string[];
  readonly IntervalSeconds?: number;
  readonly MaxAttempts?: number;
  readonly BackoffRate?: number;
  readonly MaxDelaySeconds?: number;
  readonly JitterStrategy?: 'FULL' | 'NONE';
};

export type Catcher = { readonly ErrorEquals: readonly string[]; readonly Next: string; readonly ResultPath?: string };

type Common = {
  readonly Next?: string;
  readonly End?: boolean;
  readonly InputPath?: string | null;
  readonly OutputPath?: string | null;
};
type Shaped = Common & {
  readonly Parameters?: Json;
  readonly ResultSelector?: Json;
  readonly ResultPath?: string | null;
};
type Fallible = Shaped & { readonly Retry?: readonly Retrier[]; readonly Catch?: readonly Catcher[] };

export type TaskState = Fallible & {
  readonly Type: 'Task';
  readonly Resource: string;
  readonly TimeoutSeconds?: number;
  readonly TimeoutSecondsPath?: string;
};
export type WaitState = Common & {
  readonly Type: 'Wait';
  readonly Seconds?: number;
  readonly SecondsPath?: string;
  readonly Timestamp?: string;
  readonly TimestampPath?: string;
};
export type ChoiceRule = { readonly Next: string };
export type ChoiceState = Common & {
  readonly Type: 'Choice';
  readonly Choices: readonly ChoiceRule[];
  readonly Default?: string;
};
export type FailState = {
  readonly Type: 'Fail';
  readonly Error?: string;
  readonly Cause?: string;
  readonly ErrorPath?: string;
  readonly CausePath?: string;
};
export type PassState = Shaped & { readonly Type: 'Pass'; readonly Result?: Json };
export type SucceedState = Common & { readonly Type: 'Succeed' };
export type ParallelState = Fallible & { readonly Type: 'Parallel'; readonly Branches: readonly Definition[] };
export type MapState = Fallible & {
  readonly Type: 'Map';
  readonly ItemProcessor: Definition & {
    readonly ProcessorConfig?: { readonly Mode?: 'INLINE' | 'DISTRIBUTED'; readonly ExecutionType?: string };
  };
  readonly ItemsPath?: string;
  readonly ItemSelector?: Json;
  readonly MaxConcurrency?: number;
  readonly MaxConcurrencyPath?: string;
  /** What follows is of distributed maps only. */
  readonly Label?: string;
  readonly ItemReader?: ItemReaderDefinition;
  readonly ItemBatcher?: ItemBatcherDefinition;
  readonly ResultWriter?: ResultWriterDefinition;
  readonly ToleratedFailureCount?: number;
  readonly ToleratedFailureCountPath?: string;
  readonly ToleratedFailurePercentage?: number;
  readonly ToleratedFailurePercentagePath?: string;
};

export type ItemReaderDefinition = {
  readonly Resource: string;
  readonly Parameters: Json;
  readonly ReaderConfig?: {
    readonly InputType?: 'CSV' | 'JSON' | 'JSONL';
    readonly CSVHeaderLocation?: 'FIRST_ROW' | 'GIVEN';
    readonly CSVHeaders?: readonly string[];
    readonly CSVDelimiter?: 'COMMA' | 'PIPE' | 'SEMICOLON' | 'SPACE' | 'TAB';
    readonly MaxItems?: number;
    readonly MaxItemsPath?: string;
  };
};
export type ItemBatcherDefinition = {
  readonly MaxItemsPerBatch?: number;
  readonly MaxItemsPerBatchPath?: string;
  readonly MaxInputBytesPerBatch?: number;
  readonly BatchInput?: Json;
};
export type ResultWriterDefinition = { readonly Resource: string; readonly Parameters: Json };

export type State =
  | TaskState
  | WaitState
  | ChoiceState
  | FailState
  | PassState
  | SucceedState
  | ParallelState
  | MapState;

export const isDistributed = (map: MapState): boolean => map.ItemProcessor.ProcessorConfig?.Mode === 'DISTRIBUTED';
