import { closeSync, fstatSync, ftruncateSync, mkdirSync, openSync, readSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

/** A log group that events are written to: a file with an event a line. */
export type EventLogFile = {
  /** The line is in the file when this returns, whole; it throws where it cannot be, and nothing of it is. */
  append(line: string): void;
  close(): void;
};

const NEWLINE = 0x0a;

/** Opens the file, or makes it. A line that was cut off when the process before this one ended was told to nobody, and goes. */
export function openEventLogFile(path: string): EventLogFile {
  mkdirSync(dirname(path), { recursive: true });
  const file = openSync(path, 'a+', 0o600);
  let lengthBytes = wholeLinesOf(file);
  ftruncateSync(file, lengthBytes);
  return {
    append(line) {
      const bytes = Buffer.from(`${line}\n`);
      try {
        for (let written = 0; written < bytes.length; ) written += writeSync(file, bytes, written);
      } catch (error) {
        ftruncateSync(file, lengthBytes);
        throw error;
      }
      lengthBytes += bytes.length;
    },
    close: () => closeSync(file),
  };
}

/** How long the file is up to the end of its last whole line, in bytes. */
function wholeLinesOf(file: number): number {
  const byte = Buffer.alloc(1);
  let end = fstatSync(file).size;
  while (end > 0 && readSync(file, byte, 0, 1, end - 1) === 1 && byte[0] !== NEWLINE) end -= 1;
  return end;
}
