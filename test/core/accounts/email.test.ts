import * as fc from 'fast-check';
import { emailSha256, normalEmail } from '../../../core/accounts/email.ts';

describe('An e-mail address', () => {
  it.each([
    ['ada@example.com', 'ada@example.com'],
    ['  Ada.Lovelace@Example.COM\n', 'ada.lovelace@example.com'],
    ['ada+signpost@example.co.uk', 'ada+signpost@example.co.uk'],
    ["o'neil@example.ie", "o'neil@example.ie"],
    ['a@b.de', 'a@b.de'],
    ['x_y-z%1@sub-domain.example.museum', 'x_y-z%1@sub-domain.example.museum'],
    ['info@xn--mller-kva.example', 'info@xn--mller-kva.example'],
    ['a@xn--80ak6aa92e.xn--p1ai', 'a@xn--80ak6aa92e.xn--p1ai'],
    [`${'l'.repeat(64)}@example.com`, `${'l'.repeat(64)}@example.com`],
    ['demo@signpost.localhost', 'demo@signpost.localhost'],
  ])('may be %j', (text, normal) => {
    expect(normalEmail(text)).toBe(normal);
  });

  it.each([
    '',
    ' ',
    '@',
    'ada',
    'ada@',
    '@example.com',
    'ada@example',
    'ada@localhost',
    'ada@@example.com',
    'ada@exa mple.com',
    'a da@example.com',
    'ada@example..com',
    'ada@.example.com',
    'ada@example.com.',
    '.ada@example.com',
    'ada.@example.com',
    'a..da@example.com',
    'ada@-example.com',
    'ada@example-.com',
    'ada@example.c',
    'ada@127.0.0.1',
    'ada@[127.0.0.1]',
    'ada@example.123',
    '"ada"@example.com',
    'ada(comment)@example.com',
    'Ada <ada@example.com>',
    'ada@example.com, eve@example.com',
    'ada@example.com\r\nBcc: eve@example.com',
    'ada\n@example.com',
    'ada\0@example.com',
    'ädä@example.com',
    'ada@exämple.com',
    'ada\u200b@example.com',
    `${'l'.repeat(65)}@example.com`,
    `a@${'b'.repeat(64)}.com`,
    `a@${`${'b'.repeat(60)}.`.repeat(5)}com`,
    `${'a'.repeat(100_000)}@example.com`,
  ])('may not be %.40j', (text) => {
    expect(normalEmail(text)).toBeNull();
  });

  it('is one account in any case and with any space around it', () => {
    const spelt = ['Ada@Example.com', ' ada@example.COM ', 'ADA@EXAMPLE.COM'].map((text) => normalEmail(text));
    expect(new Set(spelt)).toEqual(new Set(['ada@example.com']));
    expect(emailSha256('ada@example.com')).toMatch(/^[0-9a-f]{64}$/);
  });

  it('is never changed by normalising it again, whatever it was, and holds nothing that could end a header', () => {
    const parts = fc.stringMatching(/^[a-zA-Z0-9@.+\-"<>\s\r\n\0,;äß]{0,40}$/);
    fc.assert(
      fc.property(fc.oneof(parts, fc.emailAddress(), fc.string({ unit: 'binary' })), (text) => {
        const normal = normalEmail(text);
        if (normal === null) return;
        expect(normalEmail(normal)).toBe(normal);
        expect(normal).toMatch(/^[!-~]+$/);
        expect(normal).not.toMatch(/[<>,;"()[\]\\]/);
      }),
      { numRuns: 2_000 },
    );
  });

  it('is read in no time, however it is made', () => {
    const startedAtMs = performance.now();
    for (const hostile of [`${'a.'.repeat(50_000)}@b.de`, `a@${'b-'.repeat(50_000)}.de`, '@'.repeat(100_000)])
      expect(normalEmail(hostile)).toBeNull();
    expect(performance.now() - startedAtMs).toBeLessThan(200);
  });
});
