import { countOf, plus, recordOf, sumOf } from '../../../core/clicks/named-counts.ts';
import { namedCounts } from '../../fixtures/named-counts.ts';

const MONDAY = namedCounts({ total: 3, 'country:DE': 2, 'country:US': 1 });
/** Read together with Monday, without a click from the United States. */
const TUESDAY = { places: MONDAY.places, counts: [4, 4] };
const ELSEWHERE = namedCounts({ 'country:DE': 10, 'device:tv': 5 });

describe('Named counts', () => {
  it('are 0 where nothing was counted', () => {
    expect(['country:DE', 'country:US', 'country:FR'].map((name) => countOf(TUESDAY, name))).toEqual([4, 0, 0]);
    expect(recordOf(TUESDAY)).toEqual({ total: 4, 'country:DE': 4 });
  });

  it('add up by name, whether they were read together or not', () => {
    expect(Object.fromEntries(sumOf([MONDAY, TUESDAY, ELSEWHERE]))).toEqual({
      total: 7,
      'country:DE': 16,
      'country:US': 1,
      'device:tv': 5,
    });
    expect(recordOf(plus(TUESDAY, MONDAY))).toEqual({ total: 7, 'country:DE': 6, 'country:US': 1 });
  });
});
