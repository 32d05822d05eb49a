import { hashGate } from '../../../core/accounts/hash-gate.ts';
import { wordOf } from '../../fixtures/failures.ts';

/** Work that ends when it is told to. */
function heldWork() {
  const finish: (() => void)[] = [];
  const counts = { running: 0, most: 0, done: 0 };
  const work = async (): Promise<number> => {
    counts.running += 1;
    counts.most = Math.max(counts.most, counts.running);
    await new Promise<void>((resolve) => finish.push(resolve));
    counts.running -= 1;
    counts.done += 1;
    return counts.done;
  };
  return { counts, work, finishOne: () => finish.shift()?.() };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('The hash gate', () => {
  it('lets so many in at once, a few wait in their order, and turns away the rest', async () => {
    const { counts, work, finishOne } = heldWork();
    const gate = hashGate({ atOnce: 2, waiting: 3 });
    const order: number[] = [];
    const outcomes = Array.from({ length: 10 }, (_, index) =>
      wordOf(async () => {
        await gate(work);
        order.push(index);
      }),
    );
    await settled();
    for (let left = 5; left > 0; left -= 1) {
      expect(counts.running).toBe(Math.min(left, 2));
      finishOne();
      await settled();
    }
    expect(await Promise.all(outcomes)).toEqual([
      ...Array.from({ length: 5 }, () => null),
      ...Array.from({ length: 5 }, () => 'SERVICE_UNAVAILABLE'),
    ]);
    expect(order).toEqual([0, 1, 2, 3, 4]);
    expect(counts).toEqual({ running: 0, most: 2, done: 5 });
  });

  it('lets nobody in past those who wait, nor beside the one whose turn it is', async () => {
    const { counts, work, finishOne } = heldWork();
    const gate = hashGate({ atOnce: 1, waiting: 2 });
    const runs = [gate(work), gate(work)];
    await settled();
    finishOne();
    await settled();
    runs.push(gate(work), gate(work));
    await settled();
    expect(counts.running).toBe(1);
    for (let left = 3; left > 0; left -= 1) {
      finishOne();
      await settled();
    }
    await Promise.all(runs);
    expect(counts).toEqual({ running: 0, most: 1, done: 4 });
  });

  it('gives the place back when the work fails', async () => {
    const gate = hashGate({ atOnce: 1, waiting: 0 });
    const failing = () => Promise.reject(new Error('broken'));
    for (let time = 0; time < 3; time += 1) await expect(gate(failing)).rejects.toThrow('broken');
    expect(await gate(async () => 'in')).toBe('in');
  });

  it('says when to come again, and runs nothing of what it turns away', async () => {
    const { work, finishOne } = heldWork();
    const gate = hashGate({ atOnce: 1, waiting: 0 });
    const first = gate(work);
    let ran = false;
    await expect(
      gate(async () => {
        ran = true;
      }),
    ).rejects.toMatchObject({ word: 'SERVICE_UNAVAILABLE', details: { retry_after: 2 } });
    expect(ran).toBe(false);
    finishOne();
    await first;
  });
});
