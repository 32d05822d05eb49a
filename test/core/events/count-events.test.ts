import type { EventQuestion } from '../../../core/events/count-events.ts';
import { countEvents } from '../../../core/events/count-events.ts';
import type { CountedDay } from '../../../core/events/event-store.ts';

const ASKED: EventQuestion = {
  workspaceId: 'ws_1',
  link: null,
  type: null,
  first: '2026-08-24',
  last: '2026-11-21',
};

const count = (parts: Iterable<CountedDay>, question: Partial<EventQuestion> = {}) => {
  let read = 0;
  const store = {
    async *read() {
      for (const part of parts) {
        read += 1;
        yield part;
      }
    },
  };
  return countEvents(store, { ...ASKED, ...question }).then(
    (kinds) => ({ kinds: kinds.length, read }),
    (error: { readonly word: string }) => ({ word: error.word, read }),
  );
};

/** A custom event of a name of its own each, in two parts. */
function* customs(names: number): Generator<CountedDay> {
  for (let index = 0; index < 2 * names; index += 1)
    yield { type: 'custom', name: `order_${index >> 1}`, day: '2026-11-21', counters: { events: 1 } };
}

describe('Events of very many names', () => {
  it('are answered as far as an answer holds them, and no further read', async () => {
    expect(await count(customs(20_000))).toEqual({ kinds: 20_000, read: 40_000 });
    expect(await count(customs(1_000_000))).toEqual({ word: 'QUESTION_TOO_LARGE', read: 40_001 });
  });

  it('leave room for those of another type, as far as they can be read over', async () => {
    const signUp: CountedDay = { type: 'sign_up', name: null, day: '2026-11-21', counters: { events: 1 } };
    expect(await count([...customs(90_000), signUp], { type: 'sign_up' })).toEqual({ kinds: 1, read: 180_001 });
    expect(await count(customs(1_000_000), { type: 'sign_up' })).toEqual({ word: 'QUESTION_TOO_LARGE', read: 200_001 });
  });
});
