import type { DayCounts } from '../../../core/clicks/link-stats.ts';
import { linkStats } from '../../../core/clicks/link-stats.ts';

const DAYS: readonly DayCounts[] = [
  {
    day: '2026-11-20',
    counters: { total: 3, bot: 1, 'hour:23': 3, 'country:DE': 2, 'country:US': 1, 'device:mobile': 3 },
  },
  {
    day: '2026-11-21',
    counters: { total: 2, 'hour:10': 1, 'hour:09': 1, 'country:US': 2, 'device:desktop': 1, 'device:tv': 1 },
  },
];

describe('The statistics of a link', () => {
  it('sum the days that were read and keep the all-time total', () => {
    expect(linkStats({ total: 50, days: DAYS })).toEqual({
      total: 50,
      bots: 1,
      by_day: [
        { day: '2026-11-20', clicks: 3 },
        { day: '2026-11-21', clicks: 2 },
      ],
      by_hour: [
        { hour: '2026-11-20T23:00:00Z', clicks: 3 },
        { hour: '2026-11-21T09:00:00Z', clicks: 1 },
        { hour: '2026-11-21T10:00:00Z', clicks: 1 },
      ],
      by_country: [
        { country: 'US', clicks: 3 },
        { country: 'DE', clicks: 2 },
      ],
      by_device: [
        { device: 'mobile', clicks: 3 },
        { device: 'desktop', clicks: 1 },
        { device: 'tv', clicks: 1 },
      ],
    });
  });

  it('of a link nobody visited are empty', () => {
    expect(linkStats({ total: 0, days: [] })).toEqual({
      total: 0,
      bots: 0,
      by_day: [],
      by_hour: [],
      by_country: [],
      by_device: [],
    });
  });
});
