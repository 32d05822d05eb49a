import { appendFileSync, closeSync, fsyncSync, ftruncateSync, openSync } from 'node:fs';

/** A file of JSON lines that is only added to. */
export type LineFile = {
  /**
   * In the file when it returns, so `kill -9` does not lose it; a power cut may, because nothing waits for the disk. Throws
   * when there is no room for the line, and then nothing of it is there.
   */
  append(line: unknown): void;
  sync(): void;
  close(): void;
};

/** What a line says; undefined where a power cut left something else, behind which nothing can be trusted. */
export function valueOf(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

/** Goes on behind the first `bytes` of the file; what stands behind them is cut off. */
export function openLineFile(path: string, bytes: number): LineFile {
  const file = openSync(path, 'a', 0o600);
  ftruncateSync(file, bytes);
  let whole = bytes;
  return {
    append(line) {
      const text = Buffer.from(`${JSON.stringify(line)}\n`);
      try {
        appendFileSync(file, text);
      } catch (error) {
        ftruncateSync(file, whole);
        throw error;
      }
      whole += text.length;
    },
    sync: () => fsyncSync(file),
    close: () => closeSync(file),
  };
}
