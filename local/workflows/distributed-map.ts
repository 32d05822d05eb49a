import type { Json, MapState } from './definition.ts';
import { WorkflowFailure } from './failure.ts';
import type { Moment } from './walk.ts';

export async function distribute(_moment: Moment<MapState>, _input: Json): Promise<Json> {
  throw new WorkflowFailure('States.Runtime', 'Not yet.');
}
