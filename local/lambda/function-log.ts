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
        renameSync(path, `${path}.1`);
        stream = open(path);
        sizeBytes = 0;
      }
      sizeBytes += text.length;
      stream.write(text);
    },
    close: () => new Promise((resolve) => stream.end(resolve)),
  };
}

function open(path: string): WriteStream {
  const stream = createWriteStream(path, { flags: 'a' });
  // A full disk must not take the laptop down because of a log line.
  stream.on('error', () => undefined);
  return stream;
}
