import { closeSync, fstatSync, ftruncateSync, mkdirSync, openSync, readSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

/** A log group that events are written to: a file with an event a line. */
export type EventLogFile = {
  /** The line is in the file when this returns, whole; it throws where it cannot be, and nothing of it is. */
  append(line: string): void;
};

const NEWLINE = 0x0a;

/**
 * The file, made where there is none. A line that was cut off when the process before this one ended was told to nobody, and goes.
 * It is opened for each line, so that it may be taken away at any time.
 */
export function eventLogFile(path: string): EventLogFile {
  withFile(path, (file) => ftruncateSync(file, wholeLinesOf(file)));
  return {
    append(line) {
      withFile(path, (file) => {
        const bytesBefore = fstatSync(file).size;
        const bytes = Buffer.from(`${line}\n`);
        try {
          for (let written = 0; written < bytes.length; ) written += writeSync(file, bytes, written);
        } catch (error) {
          ftruncateSync(file, bytesBefore);
          throw error;
        }
      });
    },
  };
}

function withFile(path: string, use: (file: number) => void): void {
  mkdirSync(dirname(path), { recursive: true });
  const file = openSync(path, 'a+', 0o600);
  try {
    use(file);
  } finally {
    closeSync(file);
  }
}

/** How long the file is up to the end of its last whole line, in bytes. */
function wholeLinesOf(file: number): number {
  const byte = Buffer.alloc(1);
  let end = fstatSync(file).size;
  while (end > 0 && readSync(file, byte, 0, 1, end - 1) === 1 && byte[0] !== NEWLINE) end -= 1;
  return end;
}
