import * as fc from 'fast-check';
import { readClick } from '../../../core/clicks/click.ts';
import { encodeClickEvent } from '../../../core/clicks/click-event.ts';
import { countClicks } from '../../../core/clicks/count-clicks.ts';
import { CLICK_COLUMNS } from '../../../core/clicks/row.ts';
import { aClick, aClickEvent } from '../../fixtures/clicks.ts';
import { memoryCountStore } from '../../fixtures/memory-count-store.ts';

describe('A click behind the stream', () => {
  it('has every column, and instead of its user agent what that tells', () => {
    const click = readClick(encodeClickEvent(aClickEvent()));
    expect(click).toEqual(aClick());
    expect(Object.keys(click ?? {}).sort()).toEqual(Object.keys(CLICK_COLUMNS).sort());
  });

  it('is of the device the user agent tells, and of the one CloudFront saw where it tells none', () => {
    expect(readClick(encodeClickEvent(aClickEvent({ device: 'desktop' })))?.device).toBe('mobile');
    expect(readClick(encodeClickEvent(aClickEvent({ device: 'tv', user_agent: 'Agent/1.0' })))?.device).toBe('tv');
  });

  it.each([true, false])('of the former shape keeps what it says of bots: %s', (bot) => {
    const { user_agent: _, ...former } = aClickEvent();
    expect(readClick(JSON.stringify({ ...former, bot }))).toEqual(aClick({ os: '', browser: '', bot }));
  });

  it('is null for what is no click', () => {
    expect(readClick('{"type":"heartbeat"}')).toBeNull();
  });

  it('can be counted whenever it can be read', async () => {
    const nearly = fc.record({
      ...Object.fromEntries(Object.entries(aClickEvent()).map(([name, value]) => [name, fc.constant(value)])),
      at_ms: fc.oneof(fc.integer(), fc.maxSafeInteger(), fc.double()),
    });
    await fc.assert(
      fc.asyncProperty(nearly, async (value) => {
        const click = readClick(JSON.stringify(value));
        if (click !== null)
          expect(await countClicks(memoryCountStore(), [click])).toEqual({ counted: [click], known: [] });
      }),
    );
  });
});
