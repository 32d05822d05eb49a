import type { WindowCounter } from '../../../adapters/window-counter.ts';
import { ONLY_WINDOW } from '../../../adapters/window-counter.ts';
import { NOW_MS } from '../../fixtures/links.ts';

const WINDOW_S = 60;

/** What every window counter promises. */
export function windowCounterContract(name: string, counter: () => WindowCounter): void {
  describe(`The window counter ${name}`, () => {
    let keys = 0;
    const newKey = () => {
      keys += 1;
      return { pk: `ws#${name}-${keys}`, sk: 'limit#creates' };
    };
    const take = (key: { pk: string; sk: string }, amount = 1, nowMs = NOW_MS, max = 10) =>
      counter().take(key, amount, max, WINDOW_S, nowMs);

    it('gives exactly ten of a hundred parallel takes of a limit of ten', async () => {
      const key = newKey();
      const outcomes = await Promise.all(Array.from({ length: 100 }, () => take(key)));
      expect(outcomes.filter(({ allowed }) => allowed)).toHaveLength(10);
      expect(outcomes.filter(({ allowed }) => !allowed).every(({ used }) => used === 10)).toBe(true);
      expect(new Set(outcomes.map(({ resetAtMs }) => resetAtMs))).toEqual(new Set([NOW_MS + WINDOW_S * 1_000]));
    });

    it('opens with the first use and opens anew when it is over, not a moment before', async () => {
      const key = newKey();
      const first = await take(key, 10);
      expect(first).toEqual({ used: 10, resetAtMs: NOW_MS + 60_000, allowed: true });
      expect(await take(key, 1, NOW_MS + 59_999)).toEqual({ used: 10, resetAtMs: NOW_MS + 60_000, allowed: false });
      expect(await take(key, 1, NOW_MS + 60_000)).toEqual({ used: 1, resetAtMs: NOW_MS + 120_000, allowed: true });
    });

    it('takes all of an amount or none of it', async () => {
      const key = newKey();
      expect(await take(key, 7)).toMatchObject({ used: 7, allowed: true });
      expect(await take(key, 4)).toMatchObject({ used: 7, allowed: false });
      expect(await take(key, 3)).toMatchObject({ used: 10, allowed: true });
    });

    it('refuses at once what no window has room for, and opens none', async () => {
      const key = newKey();
      expect(await take(key, 11)).toMatchObject({ used: 0, allowed: false });
      expect(await counter().peek(key, NOW_MS)).toBeNull();
    });

    it('looks without taking', async () => {
      const key = newKey();
      expect(await counter().peek(key, NOW_MS)).toBeNull();
      await take(key, 4);
      expect(await counter().peek(key, NOW_MS)).toEqual({ used: 4, resetAtMs: NOW_MS + 60_000 });
      expect(await counter().peek(key, NOW_MS + 60_000)).toBeNull();
    });

    it('takes back a use, never below none', async () => {
      const key = newKey();
      await counter().giveBack(key);
      await take(key, 1);
      await counter().giveBack(key);
      await counter().giveBack(key);
      expect(await take(key, 10)).toMatchObject({ used: 10, allowed: true });
    });

    it('follows a limit that was lowered while the window is open', async () => {
      const key = newKey();
      await take(key, 8);
      expect(await take(key, 1, NOW_MS, 5)).toMatchObject({ used: 8, allowed: false });
    });

    const MINUTE = { name: 'creates', max: 10, windowS: 60 };
    const MONTH = { name: 'links', max: 25, windowS: 2_592_000 };
    const takeFromBoth = (key: { pk: string; sk: string }, amount = 1, nowMs = NOW_MS, windows = [MINUTE, MONTH]) =>
      counter().takeFromAll(key, amount, windows, nowMs);

    it.each([
      ['the shorter', [MINUTE, MONTH], 10],
      ['the longer', [MINUTE, { ...MONTH, max: 7 }], 7],
      ['both', [MINUTE, { ...MONTH, max: 10 }], 10],
    ])(
      'gives exactly what two windows have of a hundred parallel takes: %s is the smaller',
      async (_, windows, max) => {
        const key = newKey();
        const outcomes = await Promise.all(Array.from({ length: 100 }, () => takeFromBoth(key, 1, NOW_MS, windows)));
        expect(outcomes.filter(({ allowed }) => allowed)).toHaveLength(max);
        expect(await counter().peekAtAll(key, ['creates', 'links'], NOW_MS)).toEqual([
          { used: max, resetAtMs: NOW_MS + 60_000 },
          { used: max, resetAtMs: NOW_MS + 2_592_000_000 },
        ]);
      },
    );

    it('opens each of two windows anew when it is over, and goes on counting in the other', async () => {
      const key = newKey();
      const laterMs = NOW_MS + 60_000;
      const monthResetAtMs = NOW_MS + 2_592_000_000;
      await takeFromBoth(key, 10);
      expect((await takeFromBoth(key, 1, laterMs - 1)).allowed).toBe(false);
      expect(await takeFromBoth(key, 10, laterMs)).toEqual({
        states: [
          { used: 10, resetAtMs: laterMs + 60_000 },
          { used: 20, resetAtMs: monthResetAtMs },
        ],
        allowed: true,
      });
      const outcomes = await Promise.all(Array.from({ length: 30 }, () => takeFromBoth(key, 1, laterMs + 60_000)));
      expect(outcomes.filter(({ allowed }) => allowed)).toHaveLength(5);
      expect(await takeFromBoth(key, 1, monthResetAtMs)).toMatchObject({
        states: [{ used: 1 }, { used: 1, resetAtMs: monthResetAtMs + 2_592_000_000 }],
        allowed: true,
      });
    });

    it('takes nothing from one window where the other has no room, and tells how both stand', async () => {
      const key = newKey();
      const windows = [MINUTE, { ...MONTH, max: 3 }];
      await takeFromBoth(key, 2, NOW_MS, windows);
      expect(await takeFromBoth(key, 2, NOW_MS + 60_000, windows)).toEqual({
        states: [
          { used: 0, resetAtMs: NOW_MS + 120_000 },
          { used: 2, resetAtMs: NOW_MS + 2_592_000_000 },
        ],
        allowed: false,
      });
      expect(await counter().peekAtAll(key, ['creates', 'links'], NOW_MS + 60_000)).toEqual([
        null,
        { used: 2, resetAtMs: NOW_MS + 2_592_000_000 },
      ]);
    });

    it('takes back from one of two windows, never below none, and not from a window that opened since', async () => {
      const key = newKey();
      const resetAtMs = NOW_MS + 2_592_000_000;
      const standing = (nowMs: number) => counter().peekAtAll(key, ['creates', 'links'], nowMs);
      await takeFromBoth(key, 10);
      await counter().giveBackTo(key, 'links', 4, resetAtMs);
      expect(await standing(NOW_MS)).toMatchObject([{ used: 10 }, { used: 6 }]);
      await counter().giveBackTo(key, 'links', 7, resetAtMs);
      expect(await standing(NOW_MS)).toMatchObject([{ used: 10 }, { used: 6 }]);
      await takeFromBoth(key, 5, resetAtMs);
      await counter().giveBackTo(key, 'links', 4, resetAtMs);
      expect(await standing(resetAtMs)).toMatchObject([{ used: 5 }, { used: 5 }]);
      await counter().giveBackTo(newKey(), 'links', 1, resetAtMs);
    });

    it('goes on with a window that was taken from alone before another came beside it', async () => {
      const key = newKey();
      await takeFromBoth(key, 8, NOW_MS, [MINUTE]);
      expect(await takeFromBoth(key, 2)).toMatchObject({ states: [{ used: 10 }, { used: 2 }], allowed: true });
      expect((await takeFromBoth(key, 1)).allowed).toBe(false);
    });

    it('settles a success: one use back, the other windows closed, and an item without a use is gone', async () => {
      const key = newKey();
      const windows = [
        { name: ONLY_WINDOW, max: 10, windowS: WINDOW_S },
        { name: 'in_a_row', max: 100, windowS: 86_400 },
      ];
      const takeOne = (nowMs = NOW_MS) => counter().takeFromAll(key, 1, windows, nowMs);
      for (let use = 0; use < 3; use += 1) await takeOne();
      await counter().settle(key, ['in_a_row']);
      expect((await takeOne()).states.map(({ used }) => used)).toEqual([3, 1]);
      for (let use = 0; use < 3; use += 1) await counter().settle(key, ['in_a_row']);
      expect(await counter().peekAtAll(key, [ONLY_WINDOW, 'in_a_row'], NOW_MS)).toEqual([null, null]);
      await counter().settle(key, ['in_a_row']);
      expect((await takeOne(NOW_MS + 1)).states[0]).toEqual({ used: 1, resetAtMs: NOW_MS + 1 + WINDOW_S * 1_000 });
    });

    it('forgets all windows of an item at once', async () => {
      const key = newKey();
      await take(key, 10);
      await counter().forget(key);
      expect(await take(key, 10)).toMatchObject({ used: 10, allowed: true });
    });

    it('keeps its keys apart', async () => {
      const [one, other] = [newKey(), newKey()];
      await take(one, 10);
      expect(await take(other, 10)).toMatchObject({ allowed: true });
    });
  });
}
