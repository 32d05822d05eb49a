import { readFileSync } from 'node:fs';
import { type SettingsOverrides, STAGES, settingsFor } from '../../lib/config.ts';
import { checkSettings, senderAddress } from '../../lib/settings-schema.ts';

it.each(Object.keys(STAGES))('the stage %s can be deployed as it stands', (stage) => {
  expect(settingsFor(stage)).toEqual(STAGES[stage as keyof typeof STAGES]);
});

it('overrides a group in part and leaves the rest of it alone', () => {
  expect(settingsFor('prod', { cache: { mode: 'public' } }).cache).toEqual({ ...STAGES.prod.cache, mode: 'public' });
});

it.each(['', 'production', '__proto__', 'constructor'])('refuses the stage "%s" and names those there are', (stage) => {
  expect(() => settingsFor(stage)).toThrow(/Unknown stage ".*"; the stages are dev, prod, laptop/);
});

const arn = 'arn:aws:acm:us-east-1:123456789012:certificate/0a1b';
const wrong: [string, unknown][] = [
  ['stage', 'Prod'],
  ['stage', 'a-stage-of-17-chars'],
  ['data', 'keep'],
  ['encryption', 'none'],
  ['shortDomain.hostname', { hostname: 'https://s.example.com', certificateArn: arn }],
  ['shortDomain.hostname', { hostname: 'localhost', certificateArn: arn }],
  ['shortDomain.certificateArn', { hostname: 's.example.com', certificateArn: arn.replace('us-east-1', 'eu-west-1') }],
  ['appDomain.certificateArn', { hostname: 's.example.com', certificateArn: '' }],
  ['shortOrigin', 's.example.com'],
  ['shortOrigin', 'https://s.example.com/'],
  ['cache.mode', { mode: 'redis' }],
  ['cache.maxStorageGb', { maxStorageGb: 0 }],
  ['cache.maxEcpuPerSecond', { maxEcpuPerSecond: 999 }],
  ['clicks.stream.shards', { stream: { mode: 'provisioned', shards: 0 } }],
  ['clicks.stream.mode', { stream: { mode: 'ondemand' } }],
  ['clicks.batchWindowS', { batchWindowS: 301 }],
  ['clicks.batchWindowS', { batchWindowS: -1 }],
  ['links.maxAliasLength', { maxAliasLength: 2 }],
  ['links.maxAliasLength', { maxAliasLength: 51 }],
  ['links.maxAliasLength', { maxAliasLength: 20.5 }],
  ['links.maxAliasLength', { maxAliasLength: '20' }],
  ['links.allowPrivateTargets', { allowPrivateTargets: 'yes' }],
  ['accounts.registration', { registration: 'invited' }],
  ['accounts.registration', { registration: 'open' }],
  ['accounts.keyLeadS', { keyLeadS: 120 }],
  ['accounts.keyLeadS', { keyLeadS: 86_401 }],
  ['accounts.maxConcurrentSignIns', { maxConcurrentSignIns: 0 }],
  ['lake.maxExports', { maxExports: 0 }],
  ['qr.maxBatchStreams', { maxBatchStreams: 0 }],
  ['mail.from', { from: 'Signpost' }],
  ['mail.from', { from: 'Signpost <no-reply>' }],
  ['mail.from', { from: 'Signpost <a@example.com>, b@example.com' }],
  ['mail.from', { from: 'Sign"post <no-reply@example.com>' }],
  ['mail.from', { from: 'Signpost\r\nBcc: x <no-reply@example.com>' }],
  ['mail.from', { from: '' }],
  ['logRetentionDays', 14],
  ['alarmEmail', 'ops'],
];
it.each(wrong)('refuses a wrong %s: %j', (path, value) => {
  const [group = ''] = path.split('.');
  expect(() => settingsFor('dev', { [group]: value })).toThrow(`  ${path}: `);
});

it('opens registration where an address can be proven by mail', () => {
  const open = settingsFor('prod', { accounts: { registration: 'open' }, mail: { from: 'no-reply@example.com' } });
  expect(open.accounts).toEqual({ ...STAGES.prod.accounts, registration: 'open' });
});

it.each([
  ['no-reply@example.com', 'no-reply@example.com'],
  ['Signpost <no-reply@example.com>', 'no-reply@example.com'],
  ['Wegweiser für alle <post@links.example.org>', 'post@links.example.org'],
])('takes %s for a sender at %s', (from, address) => {
  expect(settingsFor('dev', { mail: { from } }).mail.from).toBe(from);
  expect(senderAddress(from)).toBe(address);
});

it('refuses a setting it does not know, in a group too', () => {
  expect(() => checkSettings({ ...STAGES.dev, cacheMode: 'none' })).toThrow(/cacheMode/);
  expect(() => settingsFor('dev', { cache: { ttlS: 5 } } as SettingsOverrides)).toThrow(/cache: .*ttlS/);
});

it('names every wrong setting at once', () => {
  const overrides = { alarmEmail: 'ops', logRetentionDays: 14 } as unknown as SettingsOverrides;
  expect(() => settingsFor('dev', overrides)).toThrow(/logRetentionDays: [^\n]*\n {2}alarmEmail: /);
});

describe('the README', () => {
  const cellsOf = (line: string): string[] => line.split('|').map((cell) => cell.trim().replaceAll('`', ''));
  const rows = readFileSync('README.md', 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map(cellsOf);
  const told = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));
  /** `clicks.stream` is told whole: its members depend on its mode. */
  const namesOf = (settings: object): string[] =>
    Object.entries(settings).flatMap(([name, value]) =>
      typeof value === 'object' && value !== null && name !== 'stream'
        ? namesOf(value).map((inner) => `${name}.${inner}`)
        : [name],
    );
  const valueAt = (settings: object, path: string): unknown =>
    path.split('.').reduce<unknown>((part, name) => (part as Record<string, unknown>)[name], settings);

  it.each(namesOf(STAGES.prod).filter((name) => name !== 'stage'))('tells %s as dev and prod have it', (path) => {
    const [, , dev, prod] = rows.find(([, name]) => name === path) ?? [];
    expect([dev, prod]).toEqual([told(valueAt(STAGES.dev, path)), told(valueAt(STAGES.prod, path))]);
  });
});
