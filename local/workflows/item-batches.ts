import type { ItemBatcherDefinition, Json } from './definition.ts';
import { DATA_LIMIT_BYTES, WorkflowFailure } from './failure.ts';

/** What one child of a distributed map is started with. */
export type ChildInput = {
  readonly index: number;
  /** How many items are in it. */
  readonly items: number;
  readonly input: Json;
};

export type BatchRules = Pick<ItemBatcherDefinition, 'MaxItemsPerBatch' | 'MaxInputBytesPerBatch' | 'BatchInput'>;

/** `{Items: […], BatchInput?}` of as many items as the rules, and AWS's limit of an input, allow. */
export async function* batched(
  items: AsyncIterable<Json>,
  { MaxItemsPerBatch = Number.POSITIVE_INFINITY, MaxInputBytesPerBatch = DATA_LIMIT_BYTES, BatchInput }: BatchRules,
): AsyncGenerator<ChildInput> {
  const rest: Readonly<Record<string, Json>> = BatchInput === undefined ? {} : { BatchInput };
  const emptyBytes = Buffer.byteLength(JSON.stringify({ ...rest, Items: [] }));
  const mostBytes = Math.min(MaxInputBytesPerBatch, DATA_LIMIT_BYTES);
  let index = 0;
  let batch: Json[] = [];
  let bytes = emptyBytes;

  const take = (): ChildInput => {
    const child = { index, items: batch.length, input: { ...rest, Items: batch } };
    index += 1;
    batch = [];
    bytes = emptyBytes;
    return child;
  };
  for await (const item of items) {
    const itemBytes = Buffer.byteLength(JSON.stringify(item)) + 1;
    if (emptyBytes + itemBytes > mostBytes) {
      throw new WorkflowFailure('States.DataLimitExceeded', 'An item is longer than a batch may be.');
    }
    if (bytes + itemBytes > mostBytes) yield take();
    batch.push(item);
    bytes += itemBytes;
    if (batch.length >= MaxItemsPerBatch) yield take();
  }
  if (batch.length > 0) yield take();
}

/** Without a batcher every item is a child. */
export async function* single(items: AsyncIterable<Json>): AsyncGenerator<ChildInput> {
  let index = 0;
  for await (const input of items) {
    yield { index, items: 1, input };
    index += 1;
  }
}
