import type { DuckDBConnection, DuckDBResult } from '@duckdb/node-api';

export type Session = {
  stream(sql: string): Promise<DuckDBResult>;
  interrupt(): void;
  free(): void;
};

/** Connections, each lent to one query at a time, first come, first served. */
export function sessionPool(connections: readonly DuckDBConnection[]): {
  take(signal: AbortSignal): Promise<Session>;
} {
  const free = [...connections];
  const waiting = new Set<(connection: DuckDBConnection) => void>();

  function giveBack(connection: DuckDBConnection): void {
    const [next] = waiting;
    if (next === undefined) free.push(connection);
    else next(connection);
  }

  const whenFree = (signal: AbortSignal): Promise<DuckDBConnection> =>
    new Promise((resolve, reject) => {
      const end = (): void => {
        waiting.delete(given);
        reject(new Error('Nobody waits for a session any more.'));
      };
      const given = (connection: DuckDBConnection): void => {
        waiting.delete(given);
        signal.removeEventListener('abort', end);
        resolve(connection);
      };
      waiting.add(given);
      signal.addEventListener('abort', end);
    });

  return {
    async take(signal) {
      const connection = free.pop() ?? (await whenFree(signal));
      return {
        stream: (sql) => connection.stream(sql),
        interrupt: () => connection.interrupt(),
        free: () => giveBack(connection),
      };
    },
  };
}
