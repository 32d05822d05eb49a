/** Tells readers of a table's stream that there may be something to read, so that they need not poll. */
export type TableChanges = {
  changed(table: string): void;
  /** A read begins: what changed before it will be in its answer. */
  readBegins(table: string): void;
  /**
   * Resolves when the table changed since its last read began, after half a second in any case (writes that bypassed
   * the proxy), or when the signal aborts.
   */
  waitForChange(table: string, signal: AbortSignal): Promise<void>;
};

const LOOK_ANYWAY_MS = 500;

type Changes = { changedSinceRead: boolean; readonly waiting: Set<() => void> };

export function tableChanges(): TableChanges {
  const byTable = new Map<string, Changes>();
  const changesOf = (table: string): Changes => {
    const known = byTable.get(table) ?? { changedSinceRead: false, waiting: new Set<() => void>() };
    byTable.set(table, known);
    return known;
  };
  return {
    changed: (table) => {
      const changes = changesOf(table);
      changes.changedSinceRead = true;
      for (const wake of changes.waiting) wake();
    },
    readBegins: (table) => {
      changesOf(table).changedSinceRead = false;
    },
    waitForChange: (table, signal) => {
      const { changedSinceRead, waiting } = changesOf(table);
      if (changedSinceRead || signal.aborted) return Promise.resolve();
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
