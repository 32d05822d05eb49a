import { startScheduler } from '../../../local/pumps/scheduler.ts';

const HOURLY = { name: 'Schedule', functionName: 'Fn', times: { kind: 'rate', everyS: 3_600 } } as const;

describe('The scheduler', () => {
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  it('calls a function each time its hour is over, and not before', async () => {
    const invoke = jest.fn().mockResolvedValue(null);
    const scheduler = startScheduler([HOURLY], { invoke, log: () => undefined });
    await jest.advanceTimersByTimeAsync(3_599_999);
    expect(invoke).not.toHaveBeenCalled();
    await jest.advanceTimersByTimeAsync(3_600_001);
    expect(invoke.mock.calls).toEqual([
      ['Fn', {}],
      ['Fn', {}],
    ]);
    await scheduler.close();
    await jest.advanceTimersByTimeAsync(3_600_000);
    expect(invoke).toHaveBeenCalledTimes(2);
  });

  it('calls by the calendar, once for each minute that is due, also when it is late', async () => {
    jest.setSystemTime(Date.UTC(2026, 10, 30, 23, 59, 30));
    const isDue = (atMs: number): boolean => new Date(atMs).getUTCDate() === 1 && atMs % 3_600_000 === 0;
    const invoke = jest.fn().mockResolvedValue(null);
    const scheduler = startScheduler([{ ...HOURLY, times: { kind: 'cron', isDue } }], { invoke, log: () => undefined });
    await jest.advanceTimersByTimeAsync(59_999);
    expect(invoke).not.toHaveBeenCalled();
    await jest.advanceTimersByTimeAsync(1);
    expect(invoke).toHaveBeenCalledTimes(1);
    jest.setSystemTime(Date.UTC(2026, 11, 1, 1, 5));
    await jest.advanceTimersByTimeAsync(60_000);
    expect(invoke).toHaveBeenCalledTimes(2);
    await scheduler.close();
  });

  it('goes on after a failure, which it logs', async () => {
    const invoke = jest.fn().mockRejectedValueOnce(new Error('broken')).mockResolvedValue(null);
    const lines: string[] = [];
    const scheduler = startScheduler([HOURLY], { invoke, log: (line) => lines.push(line) });
    await jest.advanceTimersByTimeAsync(7_200_000);
    expect([invoke.mock.calls.length, lines]).toEqual([2, ['Schedule failed: Error: broken']]);
    await scheduler.close();
  });

  it('calls all at once when told to, and says what failed', async () => {
    const invoke = jest.fn((name: string) =>
      name === 'Bad' ? Promise.reject(new Error('broken')) : Promise.resolve(),
    );
    const scheduler = startScheduler([HOURLY, { ...HOURLY, functionName: 'Bad' }], { invoke, log: () => undefined });
    await expect(scheduler.runAll()).rejects.toThrow('broken');
    expect(invoke.mock.calls.map(([name]) => name)).toEqual(['Fn', 'Bad']);
    await scheduler.close();
  });
});
