import { itemsOf } from './branches.ts';
import type { ItemReaderDefinition, Json, MapState } from './definition.ts';
import { batched, type ChildInput, single } from './item-batches.ts';
import { type ObjectPlace, readItems } from './item-reader.ts';
import type { Moment, Run } from './walk.ts';

type MapMoment = Moment<MapState>;

/** What a distributed map's children are started with, made as they are asked for; the same on each call. */
export async function* childInputs(moment: MapMoment, input: Json, run: Run): AsyncGenerator<ChildInput> {
  const { ItemBatcher: batcher } = moment.state;
  const items = selected(moment, input, rawItems(moment, input, run));
  if (batcher === undefined) return yield* single(items);
  const { language } = run;
  const { MaxItemsPerBatchPath: path, MaxItemsPerBatch, MaxInputBytesPerBatch, BatchInput } = batcher;
  const mostItems = path === undefined ? MaxItemsPerBatch : Number(await language.read(path, input, moment.context));
  yield* batched(items, {
    ...(mostItems !== undefined && { MaxItemsPerBatch: mostItems }),
    ...(MaxInputBytesPerBatch !== undefined && { MaxInputBytesPerBatch }),
    ...(BatchInput !== undefined && { BatchInput: await language.fill(BatchInput, input, moment.context) }),
  });
}

async function* rawItems(moment: MapMoment, input: Json, run: Run): AsyncGenerator<Json> {
  const { ItemReader: reader } = moment.state;
  if (reader === undefined) return yield* await itemsOf(moment, input);
  const place = (await run.language.fill(reader.Parameters, input, moment.context)) as ObjectPlace;
  const most = await mostItemsOf(reader, moment, input, run);
  let read = 0;
  for await (const item of readItems(place, reader.ReaderConfig ?? {}, run.services, run)) {
    if (read >= most) return;
    read += 1;
    yield item;
  }
}

async function mostItemsOf(
  { ReaderConfig = {} }: ItemReaderDefinition,
  { context }: MapMoment,
  input: Json,
  { language }: Run,
): Promise<number> {
  const { MaxItems, MaxItemsPath } = ReaderConfig;
  const asked = MaxItemsPath === undefined ? MaxItems : Number(await language.read(MaxItemsPath, input, context));
  return asked === undefined || asked === 0 ? Number.POSITIVE_INFINITY : asked;
}

/** Every item through the ItemSelector, where there is one. */
async function* selected(moment: MapMoment, input: Json, items: AsyncIterable<Json>): AsyncGenerator<Json> {
  const { state, sequence, context } = moment;
  const selector = state.ItemSelector ?? state.Parameters;
  let Index = 0;
  for await (const Value of items) {
    const own = { ...context, Map: { Item: { Index, Value } } };
    yield selector === undefined ? Value : await sequence.run.language.fill(selector, input, own);
    Index += 1;
  }
}
