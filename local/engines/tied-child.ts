import { type ChildProcess, spawn } from 'node:child_process';
import type { Socket } from 'node:net';

export type TiedChild = {
  /** Resolves when `pattern` has appeared on stdout or stderr. Throws with both when it exits first or time is up. */
  said(pattern: RegExp, timeoutMs: number): Promise<void>;
  /** Asks it to stop (SIGTERM), insists after 3 s. */
  stop(): Promise<void>;
};

const OUTPUT_KEPT_CHARACTERS = 4_000;
const STOP_TIMEOUT_MS = 3_000;
/** Waits for the end of stdin, which comes when its parent is gone, however it went; then ends the child. */
const WATCH_PARENT = 'read line; kill -TERM "$1"; sleep 1; kill -KILL "$1"';

/**
 * Starts a program that lives as long as this process. It has its own process group, so Ctrl-C in the terminal reaches
 * only us and we stop it in order; and a watcher beside it, because after `kill -9` we could not stop anything.
 */
export function spawnTied(command: string, args: readonly string[]): TiedChild {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  let output = '';
  let hasExited = child.pid === undefined;
  let recheck: (() => void) | null = null;
  const hear = (chunk: Buffer) => {
    output = (output + chunk.toString('utf8')).slice(-OUTPUT_KEPT_CHARACTERS);
    recheck?.();
  };
  child.stdout.on('data', hear);
  child.stderr.on('data', hear);
  const exited = new Promise<void>((resolve) => {
    const end = () => {
      hasExited = true;
      resolve();
      recheck?.();
    };
    child.once('close', end);
    child.once('error', (error) => {
      hear(Buffer.from(error.message));
      end();
    });
  });
  const watcher = child.pid === undefined ? null : watchParentFor(child.pid);
  void exited.then(() => watcher?.kill('SIGKILL'));

  function said(pattern: RegExp, timeoutMs: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const fail = (what: string) => reject(new Error(`${command} ${what}: ${output.trim()}`));
      const timer = setTimeout(() => fail(`was not ready after ${timeoutMs} ms`), timeoutMs);
      recheck = () => {
        if (pattern.test(output)) resolve();
        else if (hasExited) fail('ended before it was ready');
        else return;
        clearTimeout(timer);
      };
      recheck();
    });
  }

  async function stop(): Promise<void> {
    child.kill('SIGTERM');
    const insist = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS);
    await exited;
    clearTimeout(insist);
  }

  return { said, stop };
}

function watchParentFor(pid: number): ChildProcess {
  const watcher = spawn('/bin/sh', ['-c', WATCH_PARENT, 'sh', String(pid)], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  // Without a shell there is no watcher; the child then ends with an orderly stop only.
  watcher.on('error', () => undefined);
  watcher.stdin.on('error', () => undefined);
  // It must not keep us alive: its pipe closes with us, which is its signal.
  watcher.unref();
  (watcher.stdin as Socket).unref();
  return watcher;
}
