import { checkRow } from '../../../core/batches/check-row.ts';
import { fileName } from '../../../core/batches/file-name.ts';
import { readRow } from '../../../core/batches/row.ts';
import { readHeader, valueOfCells } from '../../../core/batches/row-columns.ts';

const rules = {
  domain: 'default',
  alias: { maxLength: 20, reserved: new Set(['admin']) },
  ownHostnames: new Set(['s.example']),
  allowPrivateTargets: false,
};
const deps = { rules, blocklist: { hosts: async () => new Set(['evil.example']) } };
const terms = { mayMakeLinks: true, nowMs: Date.UTC(2026, 10, 21) };

describe('a row of JSON', () => {
  it.each([
    ['https://example.com/a', { kind: 'text', text: 'https://example.com/a' }],
    [{ content: 'https://example.com/a' }, { kind: 'text', text: 'https://example.com/a' }],
    [{ content: { wifi: { ssid: 'x', security: 'nopass' } } }, { kind: 'text', text: 'WIFI:T:nopass;S:x;;' }],
    [{ email: { to: 'a@b.example' } }, { kind: 'text', text: 'mailto:a@b.example' }],
    [
      { short_code: 'abc', placement: 'door' },
      { kind: 'code', shortCode: 'abc', placement: 'door' },
    ],
    [
      { link: { original_url: 'https://example.com/' } },
      { kind: 'link', body: { original_url: 'https://example.com/' }, placement: '' },
    ],
  ])('%j is one', (value, content) => {
    expect(readRow(7, value)).toEqual({ row: 7, name: null, content });
  });

  it.each([
    [null, ''],
    [5, ''],
    [[], ''],
    [{}, ''],
    [{ url: 'https://a.example', text: 'b' }, ''],
    [{ constructor: 1 }, 'constructor'],
    [{ text: 'x', ['__proto__']: { placement: 'door' } }, '__proto__'],
    [{ wifi: { ssid: 'x', security: 'nopass', ['__proto__']: { hidden: true } } }, 'wifi.__proto__'],
    [{ foo: 1 }, 'foo'],
    [{ text: 'x', placement: 'door' }, 'placement'],
    [{ short_code: 'abc', placement: 'No Door' }, 'placement'],
    [{ wifi: { ssid: 'x', security: 'WPA' } }, 'wifi.password'],
    [{ link: { original_url: 'https://a.example', password: 'secret' } }, 'link.password'],
    [{ link: { original_url: 'https://a.example', if_exists: 'return' } }, 'link.if_exists'],
  ])('%j is none, told by its column', (value, column) => {
    expect(readRow(7, value)).toEqual([expect.objectContaining({ row: 7, column })]);
  });

  it.each([
    [{ original_url: 'ftp://example.com' }, ['link.original_url']],
    [{ original_url: 'https://login.evil.example' }, ['link.original_url']],
    [{ original_url: 'https://s.example/x' }, ['link.original_url']],
    [{ original_url: 'https://example.com', custom_alias: 'a b' }, ['link.custom_alias']],
    [{ original_url: 'https://example.com', custom_alias: 'admin' }, ['link.custom_alias']],
    [{ original_url: 'http://10.0.0.1', expires_at: '2020-01-01T00:00:00Z' }, ['link.expires_at', 'link.original_url']],
  ])('a link %j is refused before anything is made', async (link, columns) => {
    const errors = await checkRow(deps, { row: 3, value: { link } }, terms);
    expect(errors).toEqual(columns.map((column) => expect.objectContaining({ row: 3, column })));
  });

  it('has its target normalised once', async () => {
    const row = await checkRow(deps, { row: 3, value: { link: { original_url: 'HTTPS://Example.com' } } }, terms);
    expect(row).toMatchObject({ content: { body: { original_url: 'https://example.com/' } } });
  });
});

describe('columns of a CSV', () => {
  it.each(['constructor.prototype.polluted', 'constructor.polluted', 'constructor'])(
    'called %s lead to a member of the row alone, which is told as one that there is not',
    (column) => {
      const columns = readHeader(['text', column]) as readonly string[];
      const value = valueOfCells(columns, ['x', 'y']);
      expect([Reflect.get({}, 'polluted'), Reflect.get(Object, 'polluted')]).toEqual([undefined, undefined]);
      expect(readRow(1, value)).toEqual([expect.objectContaining({ column: 'constructor' })]);
    },
  );

  it.each(['constructor', 'tostring'])('for a flag have no flag in %s', (cell) => {
    expect(valueOfCells(['wifi.hidden'], [cell])).toEqual({ wifi: { hidden: cell } });
  });

  it('lead into members, and cells are of their column’s type', () => {
    const header = ['Link.Original_URL', ' link.tags', 'link.max_clicks', 'link.forward_query', 'name'];
    const columns = readHeader(header) as readonly string[];
    expect(valueOfCells(columns, ['https://a.example', 'x; y;', '5', 'TRUE', ''])).toEqual({
      link: { original_url: 'https://a.example', tags: ['x', 'y'], max_clicks: 5, forward_query: true },
    });
    expect(valueOfCells(['vcard.phones.0.number', 'vcard.phones.1.number'], ['+49', '+43'])).toEqual({
      vcard: { phones: [{ number: '+49' }, { number: '+43' }] },
    });
  });

  it.each([
    [['__proto__']],
    [['link.constructor__']],
    [['wifi', 'wifi.ssid']],
    [['url', 'url']],
    [['']],
    [['a b']],
    [Array.from({ length: 61 }, (_, index) => `a${'b'.repeat(index)}`)],
  ])('%j are none', (header) => {
    expect(readHeader(header)).toMatchObject({ row: 0, reason: expect.any(String) });
  });
});

it.each([
  ['Table 4', 'codes/000012-Table-4.png'],
  ['../../etc/passwd', 'codes/000012-etc-passwd.png'],
  ['Käse/Brot\u0000', 'codes/000012-Käse-Brot.png'],
  ['...', 'codes/000012.png'],
  [null, 'codes/000012-abc.png'],
])('a row called %j is the file %s', (name, file) => {
  const row = { row: 12, name, content: { kind: 'text', text: 'x' } } as const;
  expect(fileName(row, name === null ? 'abc' : null, 'png')).toBe(file);
});
