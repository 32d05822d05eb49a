import { createReadStream, existsSync, rmSync } from 'node:fs';
import type { Json } from './definition.ts';
import { openLineFile, valueOf } from './line-file.ts';
import { linesOf } from './lines.ts';

/** Where a sequence of states stands. */
export type Position = {
  /** States entered before this one. */
  readonly step: number;
  readonly state: string;
  readonly input: Json;
  readonly enteredAtMs: number;
  /** How often each retrier of the state has been used. */
  readonly retriesUsed: readonly number[];
  /** When the next attempt is due; null for at once. */
  readonly retryAtMs: number | null;
};

/** One finished child of a distributed map. */
export type ChildResult = {
  readonly index: number;
  readonly name: string;
  readonly status: 'SUCCEEDED' | 'FAILED' | 'TIMED_OUT';
  readonly items: number;
  readonly startedAtMs: number;
  readonly stoppedAtMs: number;
  /** Kept where a result writer will ask for it. */
  readonly input?: Json;
  readonly output?: Json;
  readonly error?: string;
  readonly cause?: string;
};

/** What of a child is needed to go on without it. */
export type ChildSummary = Pick<ChildResult, 'index' | 'status' | 'items'>;

/**
 * What an execution has got done, in lines: each is in the file before the execution goes on, so `kill -9` loses none.
 * After a power cut the last ones may be missing, and what they told of is done again. `path` names a sequence of states:
 * the machine's own is empty, those of branches and iterations are below the state that they belong to.
 */
export type Journal = {
  position(path: string): Position | null;
  enter(path: string, position: Position): void;
  /** Outputs of the finished branches or iterations of a state, by their number. */
  outputs(path: string): ReadonlyMap<number, Json>;
  finish(path: string, index: number, output: Json): void;
  /** Children of a distributed map that need not be done again. */
  finishedChildren(path: string): readonly ChildSummary[];
  finishChild(path: string, child: ChildResult): void;
  /** The children of a distributed map in the order in which they finished. */
  children(path: string): AsyncIterable<ChildResult>;
  close(): void;
  /** For an execution that is over. */
  remove(): void;
};

type Line =
  | readonly ['enter', path: string, position: Position]
  | readonly ['finish', path: string, index: number, output: Json]
  | readonly ['child', path: string, child: ChildResult];

/** The journal in a file, or with null one that ends with the process. */
export async function openJournal(path: string | null): Promise<Journal> {
  const positions = new Map<string, Position>();
  const outputs = new Map<string, Map<number, Json>>();
  const summaries = new Map<string, ChildSummary[]>();
  const inMemory = new Map<string, ChildResult[]>();

  const readings: { readonly [Kind in Line[0]]: (line: Extract<Line, readonly [Kind, ...unknown[]]>) => void } = {
    enter([, scope, position]) {
      positions.set(scope, position);
      for (const finished of [positions, outputs, summaries, inMemory]) {
        for (const key of finished.keys()) if (key.startsWith(`${scope}/`)) finished.delete(key);
      }
    },
    finish([, scope, index, output]) {
      outputs.set(scope, (outputs.get(scope) ?? new Map()).set(index, output));
      positions.delete(`${scope}/${index}`);
    },
    child([, scope, { index, status, items }]) {
      listIn(summaries, scope).push({ index, status, items });
    },
  };
  const take = (line: Line): void => (readings[line[0]] as (line: Line) => void)(line);

  let whole = 0;
  if (path !== null && existsSync(path)) {
    for await (const { text, end } of linesOf(createReadStream(path))) {
      const line = valueOf(text) as Line | undefined;
      if (line === undefined) break;
      take(line);
      whole = end;
    }
  }
  // A line that `kill -9` cut short was never acted on.
  const file = path === null ? null : openLineFile(path, whole);

  function write(line: Line): void {
    file?.append(line);
    take(line);
  }

  const close = (): void => file?.close();
  return {
    position: (scope) => positions.get(scope) ?? null,
    enter: (scope, position) => write(['enter', scope, position]),
    outputs: (scope) => outputs.get(scope) ?? new Map(),
    finish: (scope, index, output) => write(['finish', scope, index, output]),
    finishedChildren: (scope) => summaries.get(scope) ?? [],
    finishChild(scope, child) {
      if (file === null) listIn(inMemory, scope).push(child);
      write(['child', scope, child]);
    },
    async *children(scope) {
      if (path === null) yield* inMemory.get(scope) ?? [];
      else {
        for await (const { text } of linesOf(createReadStream(path))) {
          const line = JSON.parse(text) as Line;
          if (line[0] === 'child' && line[1] === scope) yield line[2];
        }
      }
    },
    close,
    remove() {
      close();
      if (path !== null) rmSync(path, { force: true });
    },
  };
}

/** Of an execution that begins anew when it is cut short. */
export const NO_JOURNAL: Journal = {
  position: () => null,
  enter: () => undefined,
  outputs: () => new Map(),
  finish: () => undefined,
  finishedChildren: () => [],
  finishChild: () => undefined,
  async *children() {},
  close: () => undefined,
  remove: () => undefined,
};

function listIn<Item>(lists: Map<string, Item[]>, key: string): Item[] {
  const list = lists.get(key) ?? [];
  lists.set(key, list);
  return list;
}
