import { pictureDecoders } from '../../adapters/picture-decoders.ts';
import { qrDecoders } from '../../adapters/qr-decoders.ts';
import { svgRaster } from '../../adapters/svg-raster.ts';
import { onPage, WHITE } from '../../core/qr/pixels.ts';
import { pixelsPng } from '../../core/qr/pixels-png.ts';
import { acceptedFormat, prefersFile } from '../../lambdas/qr/accept.ts';
import { qrAnswer } from '../../lambdas/qr/schemas.ts';
import { keyIdentity } from '../fixtures/identities.ts';
import type { QrReply } from '../fixtures/qr-api.ts';
import { qrApi } from '../fixtures/qr-api.ts';

const CONTENT = 'https://example.com/a';
const PALE = { foreground: '#dddddd' };

type Query = Readonly<Record<string, string>>;
type Problem = { readonly error: string; readonly errors?: readonly { path: string; code: string }[] };
const refusalOf = (reply: QrReply) => [reply.status, reply.json<Problem>().error];
const pathsOf = (reply: QrReply) => (reply.json<Problem>().errors ?? []).map(({ path }) => path);

/** What a decoder reads in an image, after it was read as its own kind of file. */
async function readingOf({ headers, bytes }: QrReply): Promise<string | null> {
  const type = headers['content-type'] ?? '';
  const picture =
    type === 'image/svg+xml'
      ? await svgRaster(bytes.toString(), 400)
      : await pictureDecoders[type.slice('image/'.length) as 'png' | 'jpeg' | 'webp'](bytes);
  return qrDecoders.zxing(onPage(picture, WHITE));
}

describe('POST /v1/qr', () => {
  test('makes a code and tells all about it', async () => {
    const { post, images } = qrApi();
    const made = await post({ content: CONTENT, size: 300, margin: 2, error_correction: 'Q' });
    expect(made.status).toBe(201);
    const answer = qrAnswer.parse(made.json());
    expect(answer).toMatchObject({
      format: 'png',
      width: 300,
      height: 300,
      margin: 2,
      content: CONTENT,
      short_code: null,
      scan: { score: 100, grade: 'A', failed: [], advice: [] },
    });
    expect(made.headers['location']).toBe(`/v1/qr/${answer.qr_id}`);
    expect(made.headers['ratelimit']).toContain('"codes"');
    const bytes = images.get(answer.image_url.replace('https://s.example.com/', ''));
    expect(bytes?.byteLength).toBe(answer.bytes);
  });

  test('draws and stores equal parameters once, however they are written', async () => {
    const { post, images, codes, drawings } = qrApi();
    const first = await post({ content: CONTENT, style: { dots: 'dots', foreground: '#123' }, format: 'webp' });
    const before = drawings();
    const second = await post({ format: 'webp', style: { foreground: '#112233', dots: 'dots' }, content: CONTENT });
    expect([first.status, second.status]).toEqual([201, 200]);
    expect(second.json()).toEqual(first.json());
    expect([before > 0, drawings(), images.size, codes.all.length]).toEqual([true, before, 1, 1]);
  });

  test('files an image before it stores it, so that one whose code never came can be erased', async () => {
    const { codes, deps } = qrApi();
    const stored: { readonly key: string; readonly wasExpected: boolean }[] = [];
    const { post } = qrApi({
      codes: { ...codes, create: () => Promise.reject(new Error('cut off')) },
      images: {
        ...deps.images,
        put: async (key) => void stored.push({ key, wasExpected: codes.expected.includes(key) }),
      },
    });
    expect((await post({ content: CONTENT })).status).toBe(500);
    expect(stored).toEqual([{ key: expect.stringMatching(/^i\//), wasExpected: true }]);
  });

  test('shares no image between workspaces, so that one can go', async () => {
    const { call, images } = qrApi();
    for (const workspaceId of ['ws_1', 'ws_2'])
      await call('POST', '/v1/qr', {
        body: JSON.stringify({ content: CONTENT }),
        identity: keyIdentity({ workspaceId }),
      });
    expect(images.size).toBe(2);
  });

  test.each(['svg', 'png', 'jpeg', 'webp', 'pdf', 'eps'])(
    'answers a %s itself where Accept names its type',
    async (format) => {
      const { post, images } = qrApi();
      const type =
        { svg: 'image/svg+xml', pdf: 'application/pdf', eps: 'application/postscript' }[format] ?? `image/${format}`;
      const asked = { content: CONTENT, format, style: { dots: 'rounded', eyes: { frame: 'rounded' } } };
      const image = await post(asked, { accept: type });
      expect([image.status, image.headers['content-type'], image.headers['x-qr-grade']]).toEqual([201, type, 'A']);
      expect(image.bytes).toEqual(Buffer.from([...images.values()][0] ?? []));
      if (type.startsWith('image/')) expect(await readingOf(image)).toBe(CONTENT);
      const again = await post(asked, { accept: `${type}, application/json;q=0.5` });
      expect([again.status, again.bytes.equals(image.bytes)]).toEqual([200, true]);
    },
  );

  test('refuses what does not scan with its score and advice, and makes it when forced', async () => {
    const { post, codes } = qrApi();
    const refused = await post({ content: CONTENT, style: PALE });
    expect(refusalOf(refused)).toEqual([422, 'QR_UNSCANNABLE']);
    expect(refused.json<{ scan: { grade: string; advice: string[] } }>().scan).toMatchObject({
      grade: 'F',
      advice: [expect.stringContaining('contrast')],
    });
    expect(codes.all).toEqual([]);
    const forced = await post({ content: CONTENT, style: PALE, force: true });
    expect([forced.status, forced.json().scan.grade]).toEqual([201, 'F']);
    // That somebody wanted it once is no reason to hand it to who did not force it.
    expect(refusalOf(await post({ content: CONTENT, style: PALE }))).toEqual([422, 'QR_UNSCANNABLE']);
    expect((await post({ content: CONTENT, style: PALE, force: true })).status).toBe(200);
  });

  test('repeats the first answer for an Idempotency-Key, as description or as image', async () => {
    const { post, codes } = qrApi();
    const key = { 'idempotency-key': 'once' };
    const body = { content: { text: 'x' }, format: 'svg' };
    const first = await post(body, key);
    expect((await post(body, key)).bytes).toEqual(first.bytes);
    expect((await post(body, key)).status).toBe(201);
    expect((await post(body, { ...key, accept: 'image/*' })).headers['content-type']).toBe('image/svg+xml');
    expect(refusalOf(await post({ ...body, margin: 1 }, key))).toEqual([422, 'IDEMPOTENCY_MISMATCH']);
    expect(codes.all).toHaveLength(1);
  });

  test('puts a checked logo in, raises the error correction for it, and knows no other', async () => {
    const { post, logos } = qrApi();
    const pixels = { widthPx: 8, heightPx: 8, rgba: new Uint8Array(256).fill(120) };
    logos.set('ws_1 logo_1', { pngBytes: pixelsPng(pixels), pixels });
    const made = await post({ content: CONTENT, error_correction: 'L', style: { logo_id: 'logo_1' }, format: 'png' });
    expect([made.status, ['Q', 'H'].includes(made.json().error_correction)]).toEqual([201, true]);
    const missing = await post({ content: CONTENT, style: { logo_id: 'logo_2' } });
    expect([missing.status, pathsOf(missing)]).toEqual([400, ['style.logo_id']]);
  });

  test.each([
    [{ content: CONTENT, size: 63 }, ['size']],
    [{ content: CONTENT, size: 300, size_mm: 30 }, ['size_mm']],
    [{ content: CONTENT, dpi: 300 }, ['dpi']],
    [{ content: CONTENT, size_mm: 1_000, dpi: 600 }, ['size_mm']],
    [{ content: CONTENT, margin: 17, format: 'gif', colour: 'red' }, ['format', 'margin', 'colour']],
    [
      { content: CONTENT, style: { eyes: { frame: 'star' }, foreground: 'red' } },
      ['style.eyes.frame', 'style.foreground'],
    ],
    [{ content: 'no address' }, ['content']],
    [{}, ['content']],
    [{ content: { wifi: { ssid: 'x', security: 'WPA' } } }, ['content.wifi.password']],
    [{ content: { text: 'x', phone: { number: '110' } } }, ['content']],
    [{ content: { short_code: 'abc', placement: 'Over the door' } }, ['content.placement']],
    [{ content: { link: { original_url: 'https://example.com', tag: 'x' } } }, ['content.link.tag']],
  ])('names what is wrong in %j', async (body, paths) => {
    const refused = await qrApi().post(body);
    expect([refused.status, pathsOf(refused).toSorted()]).toEqual([400, paths.toSorted()]);
  });

  test('says how much a code holds, and how wide it must be', async () => {
    const { post } = qrApi();
    const long = await post({ content: { text: 'ä'.repeat(2_000) } });
    expect(long.json()).toMatchObject({ status: 422, error: 'QR_CONTENT_TOO_LONG', max_bytes: 2_330, bytes: 4_000 });
    const small = await post({ content: { text: 'x'.repeat(2_000) }, size: 100 });
    expect(small.json()).toMatchObject({ status: 422, error: 'QR_SIZE_TOO_SMALL', min_size: expect.any(Number) });
  });

  test('takes from a limit of its own, which equal codes do not', async () => {
    const { call } = qrApi();
    const ask = (text: string) =>
      call('POST', '/v1/qr', {
        body: JSON.stringify({ content: { text }, format: 'svg' }),
        identity: keyIdentity({ plan: 'free' }),
      });
    const statuses = [];
    for (let number = 0; number < 62; number += 1) statuses.push((await ask(`text ${Math.max(1, number)}`)).status);
    expect(statuses.filter((status) => status === 201)).toHaveLength(60);
    expect(statuses.slice(-2)).toEqual([201, 429]);
  });
});

test('Whatever has to be drawn takes one from the limit of codes, and what is there takes nothing', async () => {
  const { codeLimits } = qrApi().deps;
  let taken = 0;
  const take: typeof codeLimits.take = (...asked) => {
    taken += 1;
    return codeLimits.take(...asked);
  };
  const { post, call } = qrApi({ codeLimits: { ...codeLimits, take } });
  const made = await post({ content: { link: { original_url: CONTENT, custom_alias: 'menu' } } });
  const [ofCode, ofLink] = [{ qr_id: made.json().qr_id }, { code: 'menu' }];
  const calls: readonly (readonly [takes: number, () => Promise<QrReply>])[] = [
    [0, () => post({ content: { short_code: 'menu' } })],
    [1, () => post({ content: CONTENT }, {}, '/v1/qr/check')],
    [0, () => call('GET', '/v1/qr/{qr_id}/image', { params: ofCode })],
    [1, () => call('GET', '/v1/qr/{qr_id}/image', { params: ofCode, query: { format: 'svg' } })],
    [1, () => call('GET', '/v1/urls/{code}/qr', { params: ofLink, query: { format: 'svg' } })],
    [0, () => call('GET', '/v1/urls/{code}/qr', { params: { code: 'none' } })],
    [0, () => call('GET', '/v1/urls/{code}/qr', { params: ofLink, query: { dots: 'stars' } })],
  ];
  for (const [takes, ask] of calls) {
    const before = taken;
    const { headers } = await ask();
    expect([taken - before, headers['ratelimit']?.includes('"codes"')]).toEqual([takes, takes === 1]);
  }
});

describe('POST /v1/qr of a link', () => {
  test('makes link and code in one call, and the code leads to the link by capitals', async () => {
    const { post, links } = qrApi();
    const made = await post({ content: { link: { original_url: CONTENT, title: 'Menu' }, placement: 'table-4' } });
    const { short_code: code, link, content, placement } = made.json();
    expect(made.status).toBe(201);
    expect(link).toMatchObject({ short_code: code, original_url: CONTENT, title: 'Menu' });
    expect([placement, content]).toEqual([
      'table-4',
      expect.stringMatching(/^HTTPS:\/\/S\.EXAMPLE\.COM\/Q\/[A-Z2-7]+\/TABLE-4$/),
    ]);
    expect((await links.store.find('default', code ?? ''))?.targetUrl).toBe(CONTENT);
  });

  test('makes one link for all repeats of a key, also where the first was cut off behind the link', async () => {
    const { post, deps, links } = qrApi();
    const images = { ...deps.images };
    let isAway = true;
    Object.assign(deps.images, {
      put: async (...image: Parameters<typeof images.put>) => {
        if (isAway) throw new Error('ECONNRESET');
        return images.put(...image);
      },
    });
    const body = { content: { link: { original_url: CONTENT } } };
    const key = { 'idempotency-key': 'once' };
    expect((await post(body, key)).status).toBe(503);
    isAway = false;
    const made = await post(body, key);
    expect(made.status).toBe(201);
    expect((await post(body, key)).bytes).toEqual(made.bytes);
    expect(links.store.all().map(({ code }) => code)).toEqual([made.json().short_code]);
  });

  test('leaves no link behind where the code is refused', async () => {
    const { post, links } = qrApi();
    for (const [members, status] of [
      [{ style: PALE }, 422],
      [{ size: 64, margin: 16, style: { dots: 'dots' }, format: 'png' }, 201],
      [{ style: { logo_id: 'logo_none' } }, 400],
    ] as const) {
      const body = { content: { link: { original_url: CONTENT, custom_alias: `try-${status}` } }, ...members };
      expect((await post(body)).status).toBe(status);
      expect((await links.store.find('default', `try-${status}`)) === null).toBe(status !== 201);
    }
  });

  test('tells of a taken alias, a blocked target and a past expiry as creating a link does', async () => {
    const { post } = qrApi();
    const ask = (link: object) => post({ content: { link: { original_url: CONTENT, ...link } } });
    expect((await ask({ custom_alias: 'taken' })).status).toBe(201);
    expect(refusalOf(await ask({ custom_alias: 'taken' }))).toEqual([409, 'ALIAS_TAKEN']);
    expect(refusalOf(await ask({ original_url: 'https://malware.example/' }))).toEqual([400, 'URL_BLOCKED']);
    expect(pathsOf(await ask({ expires_at: '2020-01-01T00:00:00Z' }))).toEqual(['content.link.expires_at']);
  });

  test('asks a key for the scope that links take', async () => {
    const { call } = qrApi();
    const body = JSON.stringify({ content: { link: { original_url: CONTENT } } });
    const refused = await call('POST', '/v1/qr', { body, identity: keyIdentity({ scopes: ['qr:write'] }) });
    expect(refused.json()).toMatchObject({ status: 403, required_scope: 'urls:write' });
  });

  test('of a link that is there needs nothing but its code, and knows no other workspace’s', async () => {
    const { post, call } = qrApi();
    await post({ content: { link: { original_url: CONTENT, custom_alias: 'there' } } });
    const made = await post({ content: { short_code: 'there' }, format: 'svg' });
    expect(made.json()).toMatchObject({ short_code: 'there', short_url: 'https://s.example.com/there' });
    const body = JSON.stringify({ content: { short_code: 'there' } });
    const foreign = await call('POST', '/v1/qr', { body, identity: keyIdentity({ workspaceId: 'ws_2' }) });
    expect(refusalOf(foreign)).toEqual([404, 'URL_NOT_FOUND']);
  });
});

describe('A code that was made', () => {
  test('is read, listed and converted, by its workspace', async () => {
    const { post, call } = qrApi();
    const { qr_id: id } = (await post({ content: CONTENT, style: { dots: 'classy' } })).json();
    const params = { qr_id: id };
    expect((await call('GET', '/v1/qr/{qr_id}', { params })).json().qr_id).toBe(id);
    expect((await call('GET', '/v1/qr')).json<{ data: readonly { qr_id: string }[] }>().data).toMatchObject([
      { qr_id: id },
    ]);
    const queries: readonly Query[] = [
      {},
      { format: 'jpeg', size: '500' },
      { format: 'webp' },
      { format: 'svg', download: 'true' },
      { size_mm: '40' },
    ];
    for (const query of queries) {
      const image = await call('GET', '/v1/qr/{qr_id}/image', { params, query });
      expect([image.status, await readingOf(image)]).toEqual([200, CONTENT]);
    }
    const foreign = { params, identity: keyIdentity({ workspaceId: 'ws_2' }) };
    for (const path of ['/v1/qr/{qr_id}', '/v1/qr/{qr_id}/image'])
      expect(refusalOf(await call('GET', path, foreign))).toEqual([404, 'QR_NOT_FOUND']);
    const wrong: readonly Query[] = [{ size: 'huge' }, { format: 'gif' }, { sice: '1' }, { size: '9999' }];
    for (const query of wrong) expect((await call('GET', '/v1/qr/{qr_id}/image', { params, query })).status).toBe(400);
  });

  test('stays as it is where its logo was deleted, and says so in any other form', async () => {
    const { post, call, logos } = qrApi();
    const pixels = { widthPx: 8, heightPx: 8, rgba: new Uint8Array(256).fill(120) };
    logos.set('ws_1 logo_1', { pngBytes: pixelsPng(pixels), pixels });
    const { qr_id: id } = (await post({ content: CONTENT, style: { logo_id: 'logo_1' } })).json();
    const imageAs = (query: Query) => call('GET', '/v1/qr/{qr_id}/image', { params: { qr_id: id }, query });
    expect((await imageAs({ format: 'svg' })).status).toBe(200);
    logos.clear();
    expect((await imageAs({})).status).toBe(200);
    expect(refusalOf(await imageAs({ format: 'svg' }))).toEqual([404, 'LOGO_NOT_FOUND']);
  });

  test('is drawn again where its image is gone', async () => {
    const { post, images } = qrApi();
    const first = await post({ content: CONTENT }, { accept: 'image/png' });
    images.clear();
    expect((await post({ content: CONTENT }, { accept: 'image/png' })).bytes).toEqual(first.bytes);
  });
});

describe('GET /v1/urls/{code}/qr', () => {
  test('draws the code of a link as its query says', async () => {
    const { post, call, codes } = qrApi();
    await post({ content: { link: { original_url: CONTENT, custom_alias: 'menu' } } });
    const params = { code: 'menu' };
    const query = {
      format: 'svg',
      foreground: '123456',
      background: '#FFF',
      dots: 'rounded',
      eye_frame: 'leaf',
      frame_text: 'Scan me',
      margin: '2',
      placement: 'door',
    };
    const image = await call('GET', '/v1/urls/{code}/qr', { params, query });
    expect([image.status, image.headers['content-type']]).toEqual([200, 'image/svg+xml']);
    expect(image.bytes.toString()).toContain('#123456');
    expect(await readingOf(image)).toMatch(/\/DOOR$/);
    expect(codes.all).toHaveLength(1);
    for (const [wrong, path] of [
      [{ foreground: 'red' }, 'foreground'],
      [{ eye_ball: 'star' }, 'eye_ball'],
      [{ margin: '-1' }, 'margin'],
      [{ placement: 'A B' }, 'placement'],
      [{ logo_id: 'logo_nobody' }, 'logo_id'],
      [{ forground: '123' }, 'forground'],
    ] as const) {
      const refused = await call('GET', '/v1/urls/{code}/qr', { params, query: wrong });
      expect([refused.status, pathsOf(refused)]).toEqual([400, [path]]);
    }
    const pale = await call('GET', '/v1/urls/{code}/qr', { params, query: { foreground: 'ddd' } });
    expect(refusalOf(pale)).toEqual([422, 'QR_UNSCANNABLE']);
    expect(
      (await call('GET', '/v1/urls/{code}/qr', { params, query: { foreground: 'ddd', force: 'true' } })).status,
    ).toBe(200);
    expect(refusalOf(await call('GET', '/v1/urls/{code}/qr', { params: { code: 'none' } }))).toEqual([
      404,
      'URL_NOT_FOUND',
    ]);
  });
});

describe('POST /v1/qr/check', () => {
  test('scores and keeps nothing', async () => {
    const { post, codes, images, links } = qrApi();
    const good = await post({ content: CONTENT }, {}, '/v1/qr/check');
    expect(good.json<object>()).toMatchObject({ content: CONTENT, version: 2, scan: { grade: 'A' } });
    const bad = await post({ content: CONTENT, style: PALE }, {}, '/v1/qr/check');
    expect([bad.status, bad.json().scan.grade]).toEqual([200, 'F']);
    const link = await post({ content: { link: { original_url: CONTENT } } }, {}, '/v1/qr/check');
    expect(pathsOf(link)).toEqual(['content.link']);
    expect([codes.all, images.size, links.store.all()]).toEqual([[], 0, []]);
  });
});

describe('What Accept says', () => {
  test.each([
    [undefined, false],
    ['*/*', false],
    ['application/json', false],
    ['image/*', true],
    ['image/png', true],
    ['image/svg+xml', false],
    ['image/avif,image/webp,*/*;q=0.8', false],
    ['image/*,*/*;q=0.8', true],
    ['image/png, application/json', false],
    ['application/json;q=0.4, image/png;q=0.5', true],
    ['image/png;q=0', false],
    ['image/*;q=x', true],
    ['', false],
  ])('%j of a PNG: the file itself is %j', (accept, isFile) => {
    expect(prefersFile(accept, 'png')).toBe(isFile);
  });

  test.each([
    [undefined, null],
    ['image/*', null],
    ['image/webp', 'webp'],
    ['image/png;q=0.2, application/pdf', 'pdf'],
    ['image/svg+xml;q=0', null],
    ['application/postscript', 'eps'],
  ])('%j names the format %j', (accept, format) => {
    expect(acceptedFormat(accept)).toBe(format);
  });
});
