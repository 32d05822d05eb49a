import { forgetSaltsHandler } from '../../lambdas/forget-salts/handler.ts';

describe('Forgetting salts', () => {
  it.each([
    ['2026-11-21T00:00:00.000Z', '2026-11-21'],
    ['2026-11-21T23:59:59.999Z', '2026-11-21'],
    ['2026-11-22T00:00:00.000Z', '2026-11-22'],
  ])('at %s removes what is older than %s', async (now, day) => {
    const forgetBefore = jest.fn().mockResolvedValue(undefined);
    await forgetSaltsHandler({ forgetBefore, nowMs: () => Date.parse(now) })();
    expect(forgetBefore.mock.calls).toEqual([[day]]);
  });

  it('that did not work is an error, so that the alarm rings', async () => {
    const forgetBefore = () => Promise.reject(new Error('table away'));
    await expect(forgetSaltsHandler({ forgetBefore, nowMs: Date.now })()).rejects.toThrow('table away');
  });
});
