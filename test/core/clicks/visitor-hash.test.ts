import { createHmac } from 'node:crypto';
import type { SaltStore } from '../../../core/clicks/daily-salts.ts';
import { dailySalts, SALT_DEADLINE_MS, SALT_REST_MS } from '../../../core/clicks/daily-salts.ts';
import { visitorHash } from '../../../core/clicks/visitor-hash.ts';

const MIDNIGHT_MS = Date.UTC(2026, 10, 22);
const ADDRESS = '203.0.113.7';
const AGENT = 'Mozilla/5.0';

/** The store all processes share, as the table keeps it: one salt, of the last day somebody asked for. */
function memorySalts() {
  const asked: string[] = [];
  const world: { asked: string[]; isAway: boolean; standing: { day: string; salt: Uint8Array } | null } = {
    asked,
    isAway: false,
    standing: null,
  };
  const store: SaltStore = {
    take: async (day, fresh, timeoutMs) => {
      asked.push(day);
      expect(timeoutMs).toBe(SALT_DEADLINE_MS);
      await Promise.resolve();
      if (world.isAway) throw new Error('did not answer');
      if (world.standing === null || world.standing.day < day) world.standing = { day, salt: fresh };
      if (world.standing.day !== day) throw new Error('gone');
      return world.standing.salt;
    },
  };
  let made = 0;
  const process = () => visitorHash(dailySalts({ store, randomBytes: (count) => Buffer.alloc(count, ++made) }));
  return { world, process };
}

describe('The visitor hash', () => {
  it('is an HMAC of address and user agent, keyed with 32 bytes, in 16 characters', async () => {
    const hash = await memorySalts().process()(ADDRESS, AGENT, MIDNIGHT_MS);
    const whole = createHmac('sha256', Buffer.alloc(32, 1)).update(`${ADDRESS}\n${AGENT}`).digest();
    expect(hash).toBe(whole.subarray(0, 12).toString('base64url'));
    expect(hash).toHaveLength(16);
  });

  it('is the same all day, in every process, and tells visitors apart', async () => {
    const { process, world } = memorySalts();
    const [one, other] = [process(), process()];
    const hashes = [
      await one(ADDRESS, AGENT, MIDNIGHT_MS),
      await other(ADDRESS, AGENT, MIDNIGHT_MS + 1),
      await one(ADDRESS, AGENT, MIDNIGHT_MS + 86_399_999),
    ];
    expect(new Set(hashes).size).toBe(1);
    expect(await one('203.0.113.8', AGENT, MIDNIGHT_MS)).not.toBe(hashes[0]);
    expect(await one(ADDRESS, 'Mozilla/5.1', MIDNIGHT_MS)).not.toBe(hashes[0]);
    expect(world.asked).toEqual(['2026-11-22', '2026-11-22']);
  });

  it('is another on the next day, when the salt of the former is nowhere any more', async () => {
    const { process, world } = memorySalts();
    const one = process();
    const before = await one(ADDRESS, AGENT, MIDNIGHT_MS - 1);
    const former = world.standing;
    expect(await one(ADDRESS, AGENT, MIDNIGHT_MS)).not.toBe(before);
    expect(world.standing).not.toEqual(former);
    expect(world.asked).toEqual(['2026-11-21', '2026-11-22']);
  });

  it('is asked for once by visits that come together', async () => {
    const { process, world } = memorySalts();
    const one = process();
    const hashes = await Promise.all(Array.from({ length: 100 }, () => one(ADDRESS, AGENT, MIDNIGHT_MS)));
    expect([new Set(hashes).size, world.asked.length]).toEqual([1, 1]);
  });

  it('is empty while no salt is to be had, which is asked for again after a rest', async () => {
    const { process, world } = memorySalts();
    const one = process();
    world.isAway = true;
    expect(await one(ADDRESS, AGENT, MIDNIGHT_MS)).toBe('');
    world.isAway = false;
    expect(await one(ADDRESS, AGENT, MIDNIGHT_MS + SALT_REST_MS - 1)).toBe('');
    expect(world.asked).toHaveLength(1);
    expect(await one(ADDRESS, AGENT, MIDNIGHT_MS + SALT_REST_MS)).toHaveLength(16);
  });

  it('is empty for a process whose clock is still in yesterday, and whose salt is not brought back', async () => {
    const { process, world } = memorySalts();
    await process()(ADDRESS, AGENT, MIDNIGHT_MS);
    const { standing } = world;
    expect(await process()(ADDRESS, AGENT, MIDNIGHT_MS - 1)).toBe('');
    expect(world.standing).toEqual(standing);
  });
});
