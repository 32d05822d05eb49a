import type { DuckDBConnection, DuckDBResult } from '@duckdb/node-api';

export type Session = {
  stream(sql: string): Promise<DuckDBResult>;
  interrupt(): void;
  /** How much the session has read from files since it was taken. */
  readBytes(): Promise<number>;
  free(): void;
};

/**
 * Connections, each lent to one query at a time, first come, first served. What a query reads is taken from DuckDB's own log of
 * what it does with files, which `own` asks.
 */
export function sessionPool(
  connections: readonly DuckDBConnection[],
  own: DuckDBConnection,
): { take(signal: AbortSignal): Promise<Session> } {
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

  async function readBy(connectionId: string): Promise<number> {
    const read = await own.runAndReadAll(
      `SELECT coalesce(sum(bytes), 0)::DOUBLE FROM duckdb_logs_parsed('FileSystem') WHERE op = 'READ' AND connection_id = ${connectionId}`,
    );
    return Number(read.getRows()[0]?.[0] ?? 0);
  }

  const ids = new Map<DuckDBConnection, string>();
  async function idOf(connection: DuckDBConnection): Promise<string> {
    const known = ids.get(connection);
    if (known !== undefined) return known;
    const identified = await connection.runAndReadAll('SELECT current_connection_id()');
    const id = String(identified.getRows()[0]?.[0]);
    ids.set(connection, id);
    return id;
  }

  async function sessionOn(connection: DuckDBConnection): Promise<Session> {
    const connectionId = await idOf(connection);
    // What is in the log is read by nobody when nobody else is at work.
    const isAlone = free.length === connections.length - 1;
    if (isAlone) await own.run('CALL truncate_duckdb_logs()');
    const before = isAlone ? 0 : await readBy(connectionId);
    return {
      stream: (sql) => connection.stream(sql),
      interrupt: () => connection.interrupt(),
      readBytes: async () => Math.max(0, (await readBy(connectionId)) - before),
      free: () => giveBack(connection),
    };
  }

  return {
    async take(signal) {
      const connection = free.pop() ?? (await whenFree(signal));
      try {
        return await sessionOn(connection);
      } catch (error) {
        giveBack(connection);
        throw error;
      }
    },
  };
}
