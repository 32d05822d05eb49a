import type { Definition, Json, MapState, ParallelState } from './definition.ts';
import { WorkflowFailure } from './failure.ts';
import type { Context } from './language.ts';
import { type Moment, walk } from './walk.ts';

/** How many iterations run at once on a laptop, whatever the definition allows. */
const MOST_AT_ONCE = 8;

type Part = { readonly definition: Definition; readonly context: Context; readonly input: () => Promise<Json> };

/** All branches at once, each with the state's input; answers their outputs in order. */
export const playBranches = (moment: Moment<ParallelState>, input: Json): Promise<Json> =>
  playAll(
    moment,
    moment.state.Branches.map((definition) => ({
      definition,
      context: moment.sequence.context,
      input: async () => input,
    })),
    moment.state.Branches.length,
  );

/** An inline map: the iterations share the execution of the state. */
export async function iterate(moment: Moment<MapState>, input: Json): Promise<Json> {
  const { state, context, sequence } = moment;
  const { language } = sequence.run;
  const selector = state.ItemSelector ?? state.Parameters;
  const parts = (await itemsOf(moment, input)).map((Value, Index): Part => {
    const own = { ...context, Map: { Item: { Index, Value } } };
    return {
      definition: state.ItemProcessor,
      context: own,
      input: async () => (selector === undefined ? Value : language.fill(selector, input, own)),
    };
  });
  return playAll(moment, parts, await concurrencyOf(moment, input));
}

/** The array that a map goes over. */
export async function itemsOf({ state, sequence, context }: Moment<MapState>, input: Json): Promise<readonly Json[]> {
  const items = await sequence.run.language.read(state.ItemsPath ?? '$', input, context);
  if (Array.isArray(items)) return items;
  throw new WorkflowFailure('States.Runtime', `${state.ItemsPath ?? 'The input'} of a Map state must be an array.`);
}

/** How many of a map's items are worked on at once. */
export async function concurrencyOf({ state, sequence, context }: Moment<MapState>, input: Json): Promise<number> {
  const { MaxConcurrency, MaxConcurrencyPath: path } = state;
  const asked = path === undefined ? MaxConcurrency : Number(await sequence.run.language.read(path, input, context));
  // 0 is AWS's word for no limit.
  return asked === undefined || asked === 0 ? MOST_AT_ONCE : Math.min(asked, MOST_AT_ONCE);
}

/** Names this attempt of this state among all that an execution makes. */
export const attemptPath = ({ sequence, position }: Pick<Moment, 'sequence' | 'position'>): string =>
  `${sequence.path}/${position.step}.${position.retriesUsed.reduce((sum, used) => sum + used, 0)}`;

/** The first that fails ends the others, as in AWS. What the journal has finished is not done again. */
async function playAll(moment: Moment, parts: readonly Part[], atOnce: number): Promise<Json> {
  const { run } = moment.sequence;
  const path = attemptPath(moment);
  const outputs = new Map(run.journal.outputs(path));
  const ending = new AbortController();
  const inner = { ...run, signal: AbortSignal.any([run.signal, ending.signal]) };
  const waiting = [...parts.entries()].filter(([index]) => !outputs.has(index)).values();

  async function playNext(): Promise<void> {
    for (const [index, { definition, context, input }] of waiting) {
      const output = await walk({ run: inner, definition, path: `${path}/${index}`, context }, await input());
      run.journal.finish(path, index, output);
      outputs.set(index, output);
    }
  }
  try {
    await Promise.all(Array.from({ length: Math.min(atOnce, parts.length) }, playNext));
  } catch (error) {
    ending.abort(new WorkflowFailure('States.BranchFailed', 'Another branch failed.'));
    throw error;
  }
  return parts.map((_part, index) => outputs.get(index) ?? null);
}
