import { createWriteStream, mkdirSync, renameSync, statSync, type WriteStream } from 'node:fs';
import { join } from 'node:path';

/** A function's log group: one file, and the file before it once it is full. */
export type FunctionLog = { write(text: string | Buffer): void; close(): Promise<void> };

const LIMIT_BYTES = 5 * 1024 * 1024;

/** Appends to `<logsDir>/<functionName>.log`; at 5 MB the file becomes `.log.1` and a new one begins. */
export function openFunctionLog(logsDir: string, functionName: string): FunctionLog {
  mkdirSync(logsDir, { recursive: true });
  const path = join(logsDir, `${functionName}.log`);
  let sizeBytes = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  let stream: WriteStream = open(path);

  return {
    write(text) {
      if (sizeBytes > LIMIT_BYTES) {
        stream.end();
        setAside(path);
        stream = open(path);
        sizeBytes = 0;
      }
      sizeBytes += text.length;
      stream.write(text);
    },
    close: () => new Promise((resolve) => stream.end(resolve)),
  };
}

// A full disk, or somebody who tidies up, must not take the laptop down because of a log line.

function open(path: string): WriteStream {
  const stream = createWriteStream(path, { flags: 'a' });
  stream.on('error', () => undefined);
  return stream;
}

function setAside(path: string): void {
  try {
    renameSync(path, `${path}.1`);
  } catch {
    // There is nothing to keep.
  }
}
