import fc from 'fast-check';
import { Failure } from '../../../core/errors.ts';
import { parseMembers } from '../../../core/parse-members.ts';
import type { Payload } from '../../../core/qr/payload.ts';
import { payloadSchema, payloadText } from '../../../core/qr/payload.ts';
import { dialled } from '../../../core/qr/payloads/phone.ts';
import { componentsOf, mailOf, propertiesOf, structuredOf, textOf, wifiOf } from '../../fixtures/payload-readers.ts';

const line = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 40 })
  .filter((text) => text.isWellFormed() && !/[\p{Cc}\p{Zl}\p{Zp}]/u.test(text));
const awkward = fc.oneof(line, fc.stringMatching(/^[\\;,:"=&?%+ a]{1,30}$/));
const lines = fc.array(awkward, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('\n'));

/** What is wrong with it, by member; null where nothing is. */
function problems(payload: unknown): Readonly<Record<string, string>> | null {
  const parsed = payloadSchema.safeParse(payload);
  return parsed.success
    ? null
    : Object.fromEntries(parsed.error.issues.map(({ path, message }) => [path.join('.'), message]));
}

const textOfValid = (payload: Payload): string => {
  expect(problems(payload)).toBeNull();
  return payloadText(payload);
};

describe('What a code says', () => {
  it.each<readonly [Payload, string]>([
    [{ url: 'https://example.com/a?b=c' }, 'https://example.com/a?b=c'],
    [{ text: 'Zwei\nZeilen' }, 'Zwei\nZeilen'],
    [
      { wifi: { ssid: 'Café', security: 'WPA', password: 'p;a,s:s\\"1' } },
      'WIFI:T:WPA;S:Café;P:p\\;a\\,s\\:s\\\\\\"1;;',
    ],
    [{ wifi: { ssid: 'Guests', security: 'nopass', hidden: true } }, 'WIFI:T:nopass;S:Guests;H:true;;'],
    [{ phone: { number: '+49 (0)30 / 12 34-567' } }, 'tel:+49301234567'],
    [{ phone: { number: '0049 30 1234567' } }, 'tel:+49301234567'],
    [{ phone: { number: '112' } }, 'tel:112'],
    [{ sms: { number: '+1 (202) 555-0143', message: 'On my way: 5 min' } }, 'SMSTO:+12025550143:On my way: 5 min'],
    [{ sms: { number: '+12025550143' } }, 'SMSTO:+12025550143'],
    [{ email: { to: 'ada+qr@example.com' } }, 'mailto:ada+qr@example.com'],
    [
      { email: { to: 'a&b@example.com', subject: 'Grüße & mehr', body: 'eins\nzwei' } },
      'mailto:a%26b@example.com?subject=Gr%C3%BC%C3%9Fe%20%26%20mehr&body=eins%0D%0Azwei',
    ],
    [{ geo: { latitude: 52.5200066, longitude: 13.404954 } }, 'geo:52.5200066,13.404954'],
    [{ geo: { latitude: 1e-9, longitude: -1e-9, altitude: 34.5 } }, 'geo:0,0,34.5'],
    [{ geo: { latitude: 90, longitude: 12 } }, 'geo:90,0'],
    [{ geo: { latitude: 100 / 10, longitude: -180 } }, 'geo:10,180'],
  ])('writes %j as its rules say', (payload, text) => {
    expect(textOfValid(payload)).toBe(text);
  });

  it.each<readonly [unknown, string]>([
    [{}, ''],
    [{ url: 'https://a.example', text: 'a' }, ''],
    [{ url: 'example.com' }, 'url'],
    [{ url: 'https://exa mple.com' }, 'url'],
    ...['javascript:alert(1)', 'JavaScript://a.example/%0aalert(1)', 'data:text/html,hello', 'vbscript:x'].map(
      (url): [unknown, string] => [{ url }, 'url'],
    ),
    [{ vcard: { given_name: 'Ada', url: 'javascript:alert(1)' } }, 'vcard.url'],
    [{ text: '' }, 'text'],
    [{ text: 'nul\0' }, 'text'],
    [{ wifi: { ssid: 'ü'.repeat(17), security: 'nopass' } }, 'wifi.ssid'],
    [{ wifi: { ssid: 'a', security: 'WPA', password: 'short' } }, 'wifi.password'],
    [{ wifi: { ssid: 'a', security: 'WPA' } }, 'wifi.password'],
    [{ wifi: { ssid: 'a', security: 'nopass', password: 'longenough' } }, 'wifi.password'],
    [{ wifi: { ssid: 'a', security: 'WEP', password: '123456' } }, 'wifi.password'],
    [{ vcard: { title: 'Boss' } }, 'vcard.given_name'],
    [{ vcard: { given_name: 'Ada\r\nTEL:666' } }, 'vcard.given_name'],
    [{ vcard: { given_name: 'Ada', phones: [{ number: 'call me' }] } }, 'vcard.phones.0.number'],
    [{ vcard: { given_name: 'Ada', emails: ['ada'] } }, 'vcard.emails.0'],
    [{ email: { to: 'nobody' } }, 'email.to'],
    [{ email: { to: 'a@b.example', subject: 'a\r\nBcc: x' } }, 'email.subject'],
    [{ phone: { number: '+0301234567' } }, 'phone.number'],
    [{ phone: { number: '+1234567890123456' } }, 'phone.number'],
    [{ geo: { latitude: 91, longitude: 0 } }, 'geo.latitude'],
    [{ geo: { latitude: 0, longitude: 181 } }, 'geo.longitude'],
    [{ event: { title: 'a', starts_at: 'tomorrow' } }, 'event.starts_at'],
    [{ event: { title: 'a', starts_at: '2026-12-24T18:00:00Z', ends_at: '2026-12-24T18:00:00Z' } }, 'event.ends_at'],
    [{ event: { title: 'a', starts_at: '9999-12-31T23:00:00-02:00' } }, 'event.starts_at'],
    [{ event: { title: 'a', starts_at: '9999-12-30', ends_at: '9999-12-31' } }, 'event.ends_at'],
    [{ event: { title: 'a', starts_at: '2026-12-24', ends_at: '2026-12-23' } }, 'event.ends_at'],
    [{ event: { title: 'a', starts_at: '2026-12-24', ends_at: '2026-12-24T18:00:00Z' } }, 'event.ends_at'],
  ])('refuses %j and says where', (payload, path) => {
    expect(Object.keys(problems(payload) ?? {})).toEqual([path]);
  });

  it('tells what is missing in the words of the rule that misses it', () => {
    const refused = (payload: unknown): unknown => {
      try {
        return parseMembers(payloadSchema, payload);
      } catch (error) {
        return error instanceof Failure && error.details['errors'];
      }
    };
    expect(refused({ vcard: { title: 'Boss' } })).toEqual([
      {
        path: 'vcard.given_name',
        code: 'required',
        message: 'A card needs a given name, a family name or an organization.',
      },
    ]);
    expect(refused({ event: { starts_at: 'tomorrow' } })).toEqual([
      { path: 'event.title', code: 'required', message: 'Is required.' },
      { path: 'event.starts_at', code: 'invalid_union', message: expect.stringContaining('2026-12-24') },
    ]);
  });
});

describe('What was escaped', () => {
  it('of a network is read back, whatever is in its name and password', () => {
    const password = fc.stringMatching(/^[ -~]{8,63}$/);
    const ssid = awkward.filter((text) => Buffer.byteLength(text) <= 32);
    fc.assert(
      fc.property(ssid, password, fc.boolean(), (name, secret, hidden) => {
        const text = textOfValid({ wifi: { ssid: name, security: 'WPA', password: secret, hidden } });
        expect(wifiOf(text)).toEqual({ T: 'WPA', S: name, P: secret, ...(hidden ? { H: 'true' } : {}) });
      }),
    );
  });

  it('of a card is read back, and no line is longer than 75 bytes', () => {
    fc.assert(
      fc.property(awkward, awkward, awkward, awkward, lines, (given, family, organization, street, note) => {
        const text = textOfValid({
          vcard: { given_name: given, family_name: family, organization, address: { street, city: family }, note },
        });
        for (const physical of text.split('\r\n')) expect(Buffer.byteLength(physical)).toBeLessThanOrEqual(75);
        const properties = propertiesOf(text);
        expect(structuredOf(properties.get('N'))).toEqual([family, given, '', '', '']);
        expect(structuredOf(properties.get('ADR'))).toEqual(['', '', street, family, '', '', '']);
        expect(textOf(properties.get('FN'))).toBe(`${given} ${family}`);
        expect(textOf(properties.get('ORG'))).toBe(organization);
        expect(textOf(properties.get('NOTE'))).toBe(note);
      }),
    );
  });

  it('of an event is read back', () => {
    fc.assert(
      fc.property(awkward, awkward, lines, (title, location, description) => {
        const text = textOfValid({ event: { title, location, description, starts_at: '2026-12-24T18:00:00+01:00' } });
        const properties = propertiesOf(text);
        expect(textOf(properties.get('SUMMARY'))).toBe(title);
        expect(textOf(properties.get('LOCATION'))).toBe(location);
        expect(textOf(properties.get('DESCRIPTION'))).toBe(description);
        expect(properties.get('DTSTART')).toBe('20261224T170000Z');
      }),
    );
  });

  it('of a mail is read back', () => {
    fc.assert(
      fc.property(awkward, lines, (subject, body) => {
        const text = textOfValid({ email: { to: 'ada@example.com', subject, body } });
        expect(text).toMatch(/^[!-~]+$/);
        expect(mailOf(text)).toEqual({ to: 'ada@example.com', subject, body: body.replaceAll('\n', '\r\n') });
      }),
    );
  });
});

describe('An event', () => {
  it('has all that iCalendar demands, and the same event is the same text', () => {
    const event = { title: 'Launch', starts_at: '2026-12-24T18:00:00Z', ends_at: '2026-12-24T19:30:00Z' };
    const text = payloadText({ event });
    expect(payloadText({ event })).toBe(text);
    expect(componentsOf(text)).toEqual(['VCALENDAR', 'VEVENT']);
    const properties = propertiesOf(text);
    for (const name of ['VERSION', 'PRODID', 'UID', 'DTSTAMP']) expect(properties.get(name)).toBeTruthy();
    expect([properties.get('DTSTART'), properties.get('DTEND')]).toEqual(['20261224T180000Z', '20261224T193000Z']);
  });

  it('of days ends where the day after its last begins', () => {
    const properties = propertiesOf(
      payloadText({ event: { title: 'Fair', starts_at: '2026-12-30', ends_at: '2026-12-31' } }),
    );
    expect([properties.get('DTSTART;VALUE=DATE'), properties.get('DTEND;VALUE=DATE')]).toEqual([
      '20261230',
      '20270101',
    ]);
  });
});

describe('A card', () => {
  it('is vCard 3.0 with what was given and no more', () => {
    const text = payloadText({
      vcard: {
        given_name: 'Ada',
        family_name: 'Lovelace',
        phones: [{ number: '+44 20 7946 0000', type: 'work' }, { number: '+44 7700 900123' }],
        emails: ['ada@example.com'],
        url: 'https://example.com/a;b',
      },
    });
    expect(text.split('\r\n')).toEqual([
      'BEGIN:VCARD',
      'VERSION:3.0',
      'N:Lovelace;Ada;;;',
      'FN:Ada Lovelace',
      'TEL;TYPE=WORK:+442079460000',
      'TEL:+447700900123',
      'EMAIL:ada@example.com',
      'URL:https://example.com/a;b',
      'END:VCARD',
    ]);
  });
});

describe('A telephone number', () => {
  it.each([
    ['', null],
    ['++4930', null],
    ['+49 30 abc', null],
    ['12', null],
    ['030 1234', '0301234'],
    ['+1.202.555.0143', '+12025550143'],
  ])('%j is dialled as %j', (number, expected) => {
    expect(dialled(number)).toBe(expected);
  });
});
