import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { ISBOT } from '../../../core/clicks/bot.ts';
import { MAX_TEXT_LENGTH, MAX_USER_AGENT_LENGTH } from '../../../core/clicks/click-event.ts';
import { BOT_CLASSES, DEVICES } from '../../../core/clicks/row.ts';
import { readUserAgent, tellUserAgent } from '../../../core/clicks/user-agent.ts';
import { MACHINES, PEOPLE } from '../../fixtures/user-agents.ts';

describe('A user agent of a person tells', () => {
  it.each(PEOPLE)('of %s', (userAgent, device, os, browser, inApp) => {
    const told = readUserAgent(userAgent);
    expect(told).toEqual({
      device,
      os,
      browser: browser === '*' ? told.browser : browser,
      in_app: inApp,
      bot: false,
      bot_class: '',
      bot_rule: '',
    });
  });
});

const manifest = readFileSync(join(__dirname, '../../../node_modules/isbot/package.json'), 'utf8');
const { version: isbotVersion } = JSON.parse(manifest) as { version: string };

describe('A user agent of a machine tells', () => {
  it.each(MACHINES)('of %j that it is one of class %s', (userAgent, botClass, rule) => {
    const told = readUserAgent(userAgent);
    expect(told).toMatchObject({ bot: true, bot_class: botClass, in_app: '' });
    expect(told.bot_rule.replace(/^(signpost@\d+|isbot@[\d.]+):/, '')).toBe(rule);
  });

  it('names the list it is judged by in the version that is installed', () => {
    expect(ISBOT).toBe(`isbot@${isbotVersion}`);
    expect(readUserAgent('Googlebot/2.1').bot_rule).toBe(`isbot@${isbotVersion}:googlebot`);
  });
});

/** Pieces of real ones in any order, and anything between them. */
const pieces = [...PEOPLE, ...MACHINES].flatMap(([userAgent]) => userAgent.split(/(?<=[ ;()])/));
const userAgents = fc.oneof(
  fc.string({ unit: 'binary', maxLength: MAX_USER_AGENT_LENGTH }),
  fc
    .array(fc.oneof(fc.constantFrom(...pieces), fc.string({ unit: 'binary', maxLength: 5 })), { maxLength: 30 })
    .map((parts) => parts.join('').slice(0, MAX_USER_AGENT_LENGTH)),
);

describe('Whatever a user agent is', () => {
  it('it is read without throwing, into names of our lists', () => {
    const names = new Set<string>();
    fc.assert(
      fc.property(userAgents, (userAgent) => {
        const told = readUserAgent(userAgent);
        expect([null, ...DEVICES]).toContain(told.device);
        expect(['', ...BOT_CLASSES]).toContain(told.bot_class);
        expect(told.bot).toBe(told.bot_class !== '');
        expect(told.bot_rule).toMatch(told.bot ? /^(signpost@1|isbot@[\d.]+):[a-z0-9.-]{1,40}$/ : /^$/);
        for (const name of [told.os, told.browser, told.in_app]) names.add(name);
      }),
      { numRuns: 2_000 },
    );
    expect(names.size).toBeLessThan(200);
    for (const name of names) expect(name.length).toBeLessThanOrEqual(MAX_TEXT_LENGTH);
  });

  it('it is told the same again from memory', () => {
    for (const [userAgent] of [...PEOPLE, ...MACHINES]) {
      expect(tellUserAgent(userAgent)).toEqual(readUserAgent(userAgent));
      expect(tellUserAgent(userAgent)).toBe(tellUserAgent(userAgent));
    }
  });

  it('a name that is none of a known browser or system is not taken over', () => {
    expect(readUserAgent('AnnaSmith/1.0 (anna@example.com) AnnaOS/2')).toMatchObject({
      os: '',
      browser: '',
      in_app: '',
    });
  });

  it.each([
    ['letters', 'a'.repeat(MAX_USER_AGENT_LENGTH)],
    ['words', 'box '.repeat(MAX_USER_AGENT_LENGTH / 4)],
    ['inches', `android 9; ${'a-'.repeat(MAX_USER_AGENT_LENGTH / 2)}`.slice(0, MAX_USER_AGENT_LENGTH)],
    ['brackets', '('.repeat(MAX_USER_AGENT_LENGTH)],
    ['spaces', ' '.repeat(MAX_USER_AGENT_LENGTH - 1).concat('x')],
    ['slashes', 'Mozilla/'.repeat(MAX_USER_AGENT_LENGTH / 8)],
    ['compatibles', 'compatible; '.repeat(MAX_USER_AGENT_LENGTH / 12)],
  ])('it costs no time, even one made of %s', (_, userAgent) => {
    readUserAgent(userAgent);
    const startedMs = performance.now();
    for (let round = 0; round < 20; round += 1) readUserAgent(userAgent);
    expect((performance.now() - startedMs) / 20).toBeLessThan(10);
  });
});
