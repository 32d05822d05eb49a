import type { ClickStream } from '../../../core/clicks/group-commit.ts';
import {
  groupCommit,
  MAX_COMMIT,
  MAX_IN_FLIGHT,
  STREAM_DEADLINE_MS,
  STREAM_REST_MS,
} from '../../../core/clicks/group-commit.ts';
import type { ClickEvent } from '../../../core/clicks/row.ts';
import { aClickEvent } from '../../fixtures/clicks.ts';
import { NOW_MS } from '../../fixtures/links.ts';
import { pausePoint } from '../../fixtures/pause-point.ts';

const clicksNamed = (from: number, to: number): ClickEvent[] =>
  Array.from({ length: to - from + 1 }, (_, index) => aClickEvent({ code: `click${from + index}` }));
const codes = (clicks: readonly ClickEvent[]): string[] => clicks.map(({ code }) => code);

function world({
  put,
  spoolDown = false,
}: {
  put?: (call: number, clicks: readonly ClickEvent[], timeoutMs: number) => Promise<readonly number[]>;
  spoolDown?: boolean;
} = {}) {
  const clock = { nowMs: NOW_MS };
  const puts: ClickEvent[][] = [];
  const timeouts: number[] = [];
  const spooled: ClickEvent[][] = [];
  const logged: ClickEvent[][] = [];
  const stream: ClickStream = {
    put: (clicks, timeoutMs) => {
      puts.push([...clicks]);
      timeouts.push(timeoutMs);
      return put === undefined ? Promise.resolve([]) : put(puts.length, clicks, timeoutMs);
    },
  };
  const sink = groupCommit({
    stream,
    spool: {
      put: async (clicks) => {
        if (spoolDown) throw new Error('spool away');
        spooled.push([...clicks]);
      },
    },
    lastResort: (clicks) => logged.push([...clicks]),
    nowMs: () => clock.nowMs,
  });
  return { clock, puts, timeouts, spooled, logged, sink };
}

/** Clicks leave at the end of the turn of the event loop they came in. */
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('Group commit', () => {
  it('lets a lone click leave at the end of its turn of the event loop', async () => {
    const { sink, puts, timeouts } = world();
    const recorded = sink.record(aClickEvent({ code: 'first' }));
    await turn();
    expect(puts.map(codes)).toEqual([['first']]);
    expect(timeouts).toEqual([STREAM_DEADLINE_MS]);
    await recorded;
    await sink.record(aClickEvent({ code: 'second' }));
    expect(puts.map(codes)).toEqual([['first'], ['second']]);
  });

  it('sends clicks of one turn together, in their order', async () => {
    const { sink, puts } = world();
    await Promise.all(clicksNamed(1, 40).map((click) => sink.record(click)));
    expect(puts.map(codes)).toEqual([codes(clicksNamed(1, 40))]);
  });

  it('collects what arrives while all lines are busy, and sends it together when one is free', async () => {
    const pause = pausePoint();
    const { sink, puts } = world({ put: async (call) => (call <= MAX_IN_FLIGHT ? pause.here().then(() => []) : []) });
    const busy: Promise<void>[] = [];
    for (const click of clicksNamed(1, MAX_IN_FLIGHT)) {
      busy.push(sink.record(click));
      await turn();
    }
    const late: Promise<void>[] = [];
    for (const click of clicksNamed(11, 13)) {
      late.push(sink.record(click));
      await turn();
    }
    expect(puts).toHaveLength(MAX_IN_FLIGHT);
    pause.release();
    await Promise.all([...busy, ...late]);
    expect(puts.map(codes).at(-1)).toEqual(codes(clicksNamed(11, 13)));
  });

  it('settles a click only when its own commit is done', async () => {
    const pauses = [pausePoint(), pausePoint()];
    const { sink } = world({ put: async (call) => (await pauses[call - 1]?.here(), []) });
    const settled: string[] = [];
    const first = sink.record(aClickEvent()).then(() => settled.push('first'));
    await turn();
    const second = sink.record(aClickEvent()).then(() => settled.push('second'));
    await turn();
    expect(settled).toEqual([]);
    pauses[0]?.release();
    await first;
    await turn();
    expect(settled).toEqual(['first']);
    pauses[1]?.release();
    await second;
  });

  it('splits what is more than one PutRecords takes, with a bounded number under way', async () => {
    let running = 0;
    let most = 0;
    const put = async (): Promise<readonly number[]> => {
      running += 1;
      most = Math.max(most, running);
      await turn();
      await turn();
      running -= 1;
      return [];
    };
    const { sink, puts } = world({ put });
    const all = clicksNamed(0, 3_800);
    await Promise.all(all.map((click) => sink.record(click)));
    for (const clicks of puts) expect(clicks.length).toBeLessThanOrEqual(MAX_COMMIT);
    expect(codes(puts.flat())).toEqual(codes(all));
    expect(most).toBeLessThanOrEqual(MAX_IN_FLIGHT);
    expect(most).toBeGreaterThan(1);
  });

  it('sends what the stream refused once more, and only that', async () => {
    const { sink, puts, spooled } = world({ put: async (call) => (call === 1 ? [1, 3] : []) });
    await Promise.all(clicksNamed(1, 4).map((click) => sink.record(click)));
    expect(puts.map(codes)).toEqual([codes(clicksNamed(1, 4)), ['click2', 'click4']]);
    expect(spooled).toEqual([]);
  });

  it('spools what is refused twice, and goes on using the stream', async () => {
    const { sink, puts, spooled } = world({ put: async (call) => (call <= 2 ? [0] : []) });
    await sink.record(aClickEvent({ code: 'refused' }));
    await sink.record(aClickEvent({ code: 'next' }));
    expect(spooled.map(codes)).toEqual([['refused']]);
    expect(puts.map(codes)).toEqual([['refused'], ['refused'], ['next']]);
  });

  it('gives a second attempt only the time that is left, and none when there is none', async () => {
    const leisurely = world({ put: async (call) => ((leisurely.clock.nowMs += 60), call === 1 ? [0] : []) });
    await leisurely.sink.record(aClickEvent());
    expect(leisurely.timeouts).toEqual([STREAM_DEADLINE_MS, STREAM_DEADLINE_MS - 60]);
    const slow = world({ put: async () => ((slow.clock.nowMs += STREAM_DEADLINE_MS), [0]) });
    await slow.sink.record(aClickEvent());
    expect([slow.puts.length, slow.spooled.length]).toEqual([1, 1]);
  });

  it('spools what a dead stream did not take and leaves it alone for a second', async () => {
    const { sink, clock, puts, spooled } = world({
      put: async (call) => {
        if (call === 1) throw new Error('timeout');
        return [];
      },
    });
    await sink.record(aClickEvent({ code: 'click1' }));
    clock.nowMs += STREAM_REST_MS - 1;
    await sink.record(aClickEvent({ code: 'click2' }));
    expect(puts).toHaveLength(1);
    expect(spooled.map(codes)).toEqual([['click1'], ['click2']]);
    clock.nowMs += 1;
    await sink.record(aClickEvent({ code: 'click3' }));
    expect(codes(puts.at(-1) ?? [])).toEqual(['click3']);
    expect(spooled).toHaveLength(2);
  });

  it('puts all of a commit whose answer was lost into the spool: a click is known by its id', async () => {
    const put = async (call: number): Promise<readonly number[]> => {
      if (call === 1) return [0];
      throw new Error('lost');
    };
    const { sink, spooled } = world({ put });
    await sink.record(aClickEvent({ code: 'click1' }));
    expect(spooled.map(codes)).toEqual([['click1']]);
  });

  it('keeps clicks in the log when stream and spool are both gone, and never rejects', async () => {
    const { sink, logged } = world({ put: () => Promise.reject(new Error('stream away')), spoolDown: true });
    await expect(sink.record(aClickEvent({ code: 'click1' }))).resolves.toBeUndefined();
    await expect(sink.record(aClickEvent({ code: 'click2' }))).resolves.toBeUndefined();
    expect(logged.map(codes)).toEqual([['click1'], ['click2']]);
  });

  it('loses no click to any mixture of refusals, timeouts and a broken spool', async () => {
    let seed = 12_345;
    const random = (): number => (seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31) / 2 ** 31;
    const taken = new Set<string>();
    const keep = (clicks: readonly ClickEvent[]): void => clicks.forEach(({ code }) => taken.add(code));
    const clock = { nowMs: NOW_MS };
    const sink = groupCommit({
      stream: {
        put: async (clicks) => {
          clock.nowMs += random() * 150;
          await new Promise(setImmediate);
          if (random() < 0.2) throw new Error('stream away');
          const refused = clicks.map((_, index) => index).filter(() => random() < 0.3);
          keep(clicks.filter((_, index) => !refused.includes(index)));
          return refused;
        },
      },
      spool: {
        put: async (clicks) => {
          if (random() < 0.2) throw new Error('spool away');
          keep(clicks);
        },
      },
      lastResort: keep,
      nowMs: () => clock.nowMs,
    });
    for (let round = 0; round < 50; round += 1) {
      const clicks = clicksNamed(round * 60, round * 60 + 59);
      await Promise.all(clicks.map((click) => sink.record(click).then(() => expect(taken).toContain(click.code))));
    }
    expect(taken.size).toBe(3_000);
  });
});
