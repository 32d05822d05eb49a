import { loadLanguage } from '../../../local/workflows/language.ts';

const DAYS_3_MS = 3 * 86_400_000;

it('a task without a limit may take days', async () => {
  const language = await loadLanguage();
  jest.useFakeTimers();
  try {
    const task = language.play({}, { n: 1 }, {}, (input) => new Promise((done) => setTimeout(done, DAYS_3_MS, input)));
    await jest.advanceTimersByTimeAsync(DAYS_3_MS);
    expect(await task).toEqual({ n: 1 });
  } finally {
    jest.useRealTimers();
  }
});
