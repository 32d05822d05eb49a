/** Tells readers of a table's stream that there may be something to read, so that they need not poll. */
export type TableChanges = {
  changed(table: string): void;
  /** Rises with each change. A reader keeps what it was before its last read, because a table may have several. */
  count(table: string): number;
  /**
   * Resolves when the table changed since the count was `seen`, after half a second in any case (writes that bypassed
   * the proxy), or when the signal aborts.
   */
  waitForChange(table: string, seen: number, signal: AbortSignal): Promise<void>;
};

const LOOK_ANYWAY_MS = 500;

type Changes = { count: number; readonly waiting: Set<() => void> };

export function tableChanges(): TableChanges {
  const byTable = new Map<string, Changes>();
  const changesOf = (table: string): Changes => {
    const known = byTable.get(table) ?? { count: 0, waiting: new Set<() => void>() };
    byTable.set(table, known);
    return known;
  };
  return {
    changed: (table) => {
      const changes = changesOf(table);
      changes.count += 1;
      for (const wake of changes.waiting) wake();
    },
    count: (table) => changesOf(table).count,
    waitForChange: (table, seen, signal) => {
      const { count, waiting } = changesOf(table);
      if (count !== seen || signal.aborted) return Promise.resolve();
      return new Promise((resolve) => {
        const wake = () => {
          clearTimeout(timer);
          waiting.delete(wake);
          signal.removeEventListener('abort', wake);
          resolve();
        };
        const timer = setTimeout(wake, LOOK_ANYWAY_MS);
        waiting.add(wake);
        signal.addEventListener('abort', wake);
      });
    },
  };
}
