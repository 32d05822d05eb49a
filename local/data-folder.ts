import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { lockFolder } from './engines/folder-lock.ts';
import { openTemporaryFolder } from './engines/temporary-folder.ts';

/** Where the laptop keeps what must survive it, held by one process at a time. */
export type DataFolder = {
  /** Folder of an engine, or undefined where everything is in memory. */
  engineDir(name: string): string | undefined;
  readonly logsDir: string;
  /** Where the objects of buckets are: files, also where everything else is in memory. */
  readonly bucketsDir: string;
  /** Where mails end. */
  readonly outboxDir: string;
  /** Null keeps checkpoints in memory. */
  readonly checkpointsPath: string | null;
  /** Where `demo.json` is. */
  readonly path: string;
  /** Gives the folder back; an ephemeral one is deleted. */
  close(): void;
};

/** The folder cannot be used as it is. The message is one sentence for the person at the terminal. */
export class DataFolderError extends Error {
  override readonly name = 'DataFolderError';
}

/** Raised when older Signposts could no longer read what a newer one wrote: 2 has secrets with versions and people. */
const FORMAT = 2;
const FORMAT_FILE = 'format.json';
/** What may lie in a folder that holds no data yet: the cache is no data, and the lock comes first. */
const NOT_DATA = /^(cache|lock.*)$/;

/** Opens a data folder, making it where there is none. Throws a DataFolderError, having changed nothing. */
export function openDataFolder(path: string): DataFolder {
  const absolute = resolve(path);
  refuseUnusable(absolute);
  const lock = hold(absolute);
  try {
    checkFormat(absolute);
  } catch (error) {
    lock.release();
    throw error;
  }
  return {
    engineDir: (name) => join(absolute, name),
    logsDir: join(absolute, 'logs'),
    bucketsDir: join(absolute, 's3'),
    outboxDir: join(absolute, 'outbox'),
    checkpointsPath: join(absolute, 'checkpoints.json'),
    path: absolute,
    close: () => lock.release(),
  };
}

/** A folder for one run: engines keep everything in memory, logs and demo.json lie in a temporary folder. */
export function openEphemeralFolder(): DataFolder {
  const { path, close } = openTemporaryFolder('ephemeral');
  return {
    engineDir: () => undefined,
    logsDir: join(path, 'logs'),
    bucketsDir: join(path, 's3'),
    outboxDir: join(path, 'outbox'),
    checkpointsPath: null,
    path,
    close,
  };
}

/** Deletes all data of a folder, not its cache. Refuses folders that are not Signpost's and those in use. */
export function resetDataFolder(path: string): void {
  const absolute = resolve(path);
  if (!existsSync(absolute)) return;
  refuseUnusable(absolute);
  if (!existsSync(join(absolute, FORMAT_FILE))) refuseForeign(absolute);
  const lock = hold(absolute);
  try {
    const data = readdirSync(absolute).filter((name) => !NOT_DATA.test(name) && name !== FORMAT_FILE);
    // What says that the folder is ours goes last: a reset that is cut short can be begun again.
    for (const name of [...data, FORMAT_FILE]) rmSync(join(absolute, name), { recursive: true, force: true });
  } finally {
    lock.release();
  }
}

function refuseUnusable(path: string): void {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats !== undefined && !stats.isDirectory()) {
    throw new DataFolderError(`The data folder ${path} is a file; move it away or choose another folder with --data.`);
  }
  try {
    mkdirSync(path, { recursive: true });
    readdirSync(path);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw new DataFolderError(
      `The data folder ${path} cannot be used (${code}); mend it or choose another with --data.`,
      {
        cause,
      },
    );
  }
}

function hold(path: string) {
  try {
    return lockFolder(path);
  } catch (cause) {
    throw new DataFolderError((cause as Error).message, { cause });
  }
}

function checkFormat(path: string): void {
  const file = join(path, FORMAT_FILE);
  if (!existsSync(file)) {
    refuseForeign(path);
    writeFormat(file);
    return;
  }
  const format = formatIn(file);
  if (format === null) {
    throw new DataFolderError(
      `The data folder ${path} is damaged (${FORMAT_FILE} cannot be read); start over with --reset.`,
    );
  }
  if (format > FORMAT) {
    throw new DataFolderError(
      `The data folder ${path} was written by a newer Signpost (format ${format}, this one knows ${FORMAT}); update Signpost, or start over with --reset.`,
    );
  }
  if (format < FORMAT) writeFormat(file);
}

const writeFormat = (file: string): void => writeFileSync(file, `${JSON.stringify({ format: FORMAT })}\n`);

function refuseForeign(path: string): void {
  if (readdirSync(path).every((name) => NOT_DATA.test(name))) return;
  throw new DataFolderError(`The folder ${path} holds files that are not Signpost's; choose another with --data.`);
}

function formatIn(file: string): number | null {
  try {
    const { format } = JSON.parse(readFileSync(file, 'utf8')) as { format?: unknown };
    return typeof format === 'number' ? format : null;
  } catch {
    return null;
  }
}
