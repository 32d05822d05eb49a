import { mailText } from '../../../core/accounts/mail-text.ts';
import type { Mail } from '../../../core/accounts/outbox.ts';
import { shownName } from '../../../core/accounts/shown-name.ts';

const ORIGIN = 'https://app.example.com';
const TOKEN = `v.${'ab'.repeat(32)}.${'x'.repeat(43)}`;
const common = { to: 'ada@example.com', appOrigin: ORIGIN };

const MAILS: readonly Mail[] = [
  { ...common, kind: 'verify-email', name: 'Ada', token: TOKEN },
  { ...common, kind: 'already-registered' },
  { ...common, kind: 'reset-password', token: TOKEN },
  { ...common, kind: 'no-account' },
  { ...common, kind: 'confirm-email', token: TOKEN },
  { ...common, kind: 'email-changed' },
  { ...common, kind: 'password-changed' },
  { ...common, kind: 'invited', workspaceName: 'Analytical Engines', role: 'editor', token: TOKEN },
];
const named = (kind: Mail['kind']) => {
  const mail = MAILS.find((each) => each.kind === kind);
  if (mail === undefined) throw new Error(kind);
  return mailText(mail);
};

describe('A mail', () => {
  it.each(MAILS)('of kind $kind has a subject of one line and says what to do when one did not ask for it', (mail) => {
    const { subject, text } = mailText(mail);
    expect(subject).toMatch(/^[\x20-\x7e]{10,60}$/);
    expect(text).toMatch(/\bIf (you|it)\b/);
    expect(text.endsWith(`${ORIGIN}\n`)).toBe(true);
    expect(text).not.toContain('undefined');
  });

  it.each([
    ['verify-email', 'verify-email', '24 hours'],
    ['reset-password', 'reset-password', '1 hour.'],
    ['confirm-email', 'confirm-email', '24 hours'],
    ['invited', 'accept-invite', '7 days'],
  ] as const)('of kind %s leads to /account/%s for %s', (kind, page, lifetime) => {
    const { text } = named(kind);
    expect(text.split('\n')).toContain(`${ORIGIN}/account/${page}?token=${TOKEN}`);
    expect(text).toContain(`works once, for ${lifetime}`);
  });

  it.each(['already-registered', 'password-changed'] as const)(
    'of kind %s leads to where one gets a new one',
    (kind) => {
      expect(named(kind).text.split('\n')).toContain(`${ORIGIN}/account/forgot-password`);
    },
  );

  it('carries its token only where it needs one', () => {
    const withToken = MAILS.filter((mail) => mailText(mail).text.includes('token='));
    expect(withToken.map(({ kind }) => kind)).toEqual(['verify-email', 'reset-password', 'confirm-email', 'invited']);
  });

  it('names whom and what it is about', () => {
    expect(named('verify-email').text).toMatch(/^Hello Ada,\n/);
    expect(named('invited').text).toContain('the workspace "Analytical Engines" on Signpost, as editor');
  });

  it.each([
    'Ada\r\nBcc: all@example.com',
    'Ada\u2028You won, go to evil dot example\u2029',
    'http://evil.example',
    'Win at evil.example',
    'evil\u3002example',
    '<b>Ada</b>',
    'Ada" <x@evil.example>',
    '\u202eadA',
    'x'.repeat(81),
    '',
    '   ',
  ])('leaves out the name %j, with which a stranger could write to somebody', (name) => {
    for (const text of [
      mailText({ ...common, kind: 'verify-email', name, token: TOKEN }).text,
      mailText({ ...common, kind: 'invited', workspaceName: name, role: 'viewer', token: TOKEN }).text,
    ]) {
      expect(text).not.toContain('evil');
      expect(text).toMatch(/^Hello,\n/);
      expect(text).not.toMatch(/[\r\u2028\u202e<>]|Bcc/);
    }
  });
});

describe('A name that is shown', () => {
  it.each(['Ada', 'Ada King-Noël', "Miles O'Brien, Jr.", '山田太郎', 'Анна', 'J. R. Smith', 'R2-D2', 'Q&A (EU)'])(
    'may be %s',
    (name) => {
      expect(shownName(name)).toBe(name);
    },
  );

  it('has single spaces, and no other white space', () => {
    expect(shownName('  Ada   King ')).toBe('Ada King');
    for (const gap of ['\t', '\n', '\u00a0', '\u2028']) expect(shownName(`Ada${gap}King`)).toBeNull();
  });
});
