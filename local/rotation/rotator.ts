import { setTimeout as sleep } from 'node:timers/promises';
import type { KeptSecretPlan } from '../cloud/secrets.ts';
import { dueAtMs, type RotationDeps, rotateSecret } from './rotation.ts';

/** Secrets Manager's own clock: rotates what is due. */
export type Rotator = {
  /** Resolves when every secret that is rotated at once has been rotated for the first time. */
  first(): Promise<void>;
  /** Rotates one secret, or all that are rotated, due or not. */
  rotate(secretName?: string): Promise<void>;
  close(): Promise<void>;
};

const LOOK_EVERY_MS = 60_000;
const FIRST_TRIES = 3;
const BEFORE_NEXT_TRY_MS = 300;

export function startRotator(
  secrets: readonly KeptSecretPlan[],
  deps: RotationDeps & { log(line: string): void },
): Rotator {
  const rotated = secrets.filter(({ rotation }) => rotation !== null);
  /** One rotation at a time, as Secrets Manager has it for each secret. */
  let working: Promise<void> = Promise.resolve();

  const isDue = (secret: KeptSecretPlan): boolean => (dueAtMs(secret, deps.store) ?? Infinity) <= deps.nowMs();

  function inTurn(work: () => Promise<void>): Promise<void> {
    const mine = working.then(work);
    working = mine.catch((error: unknown) => deps.log(String(error)));
    return mine;
  }

  async function rotateEach(chosen: readonly KeptSecretPlan[]): Promise<void> {
    for (const secret of chosen) await rotateSecret(secret, deps);
  }

  async function makeFirst(secret: KeptSecretPlan): Promise<void> {
    for (let tries = 1; ; tries += 1) {
      try {
        return await inTurn(() => rotateSecret(secret, deps));
      } catch (error) {
        if (tries === FIRST_TRIES) throw error;
        await sleep(BEFORE_NEXT_TRY_MS);
      }
    }
  }

  const timer = setInterval(() => {
    // What failed was logged, and is still due at the next look.
    inTurn(() => rotateEach(rotated.filter(isDue))).catch(() => undefined);
  }, LOOK_EVERY_MS);

  return {
    async first() {
      const waiting = rotated.filter(({ name, rotation }) => {
        return rotation?.atOnce === true && deps.store.get(name)?.rotatedAtMs === null;
      });
      for (const secret of waiting) await makeFirst(secret);
    },
    rotate(secretName) {
      const chosen = rotated.filter(({ name }) => secretName === undefined || name === secretName);
      if (chosen.length === 0) return Promise.reject(new Error(`Nothing in the template rotates ${secretName}.`));
      return inTurn(() => rotateEach(chosen));
    },
    async close() {
      clearInterval(timer);
      await working;
    },
  };
}
