import { randomBytes } from 'node:crypto';
import { couldBeId, newSortableId } from '../../core/sortable-id.ts';
import { NOW_MS } from '../fixtures/links.ts';

describe('A sortable id', () => {
  it('sorts as text in the order of time', () => {
    const ids = [0, 1, 31, 32, 1_000, 86_400_000, 10 ** 12].map((laterMs) =>
      newSortableId('evt', NOW_MS + laterMs, randomBytes),
    );
    expect(ids.toSorted((one, other) => (one < other ? -1 : 1))).toEqual(ids);
    for (const id of ids) expect(id).toMatch(/^evt_[0-9a-z]{22}$/);
  });

  it('of one moment is not another’s', () => {
    const ids = Array.from({ length: 1_000 }, () => newSortableId('usr', NOW_MS, randomBytes));
    expect(new Set(ids).size).toBe(1_000);
  });

  it('is known by its look, so that nothing else becomes part of a key', () => {
    expect(couldBeId('usr', newSortableId('usr', NOW_MS, randomBytes))).toBe(true);
    expect(couldBeId('ws', 'ws_demo')).toBe(true);
    const others = [
      '',
      'usr',
      'usr_',
      'ws_1',
      'usr_#',
      'usr_1#x',
      'usr_1/..',
      'USR_1',
      ' usr_1',
      'usr_1\n',
      'usr_é',
      '__proto__',
    ];
    for (const text of [...others, `usr_${'1'.repeat(41)}`])
      expect([text, couldBeId('usr', text)]).toEqual([text, false]);
  });
});
