import { HeadObjectCommand, ListObjectsV2Command, PutObjectCommand } from '@aws-sdk/client-s3';
import { ScanCommand } from '@aws-sdk/lib-dynamodb';
import { imageStore } from '../../adapters/image-store.ts';
import { logoStore } from '../../adapters/logo-store.ts';
import { qrCodeStore } from '../../adapters/qr-code-store.ts';
import { qrErasure } from '../../adapters/qr-erasure.ts';
import { styleScores } from '../../adapters/style-scores.ts';
import { cleanLogoKey } from '../../core/qr/logo-store.ts';
import { pixelsPng } from '../../core/qr/pixels-png.ts';
import { parametersSha256 } from '../../core/qr/qr-code.ts';
import { allOf } from '../fixtures/all-of.ts';
import { startBuckets, type TestBuckets } from '../fixtures/buckets.ts';
import { aQrCode, aWantedCode } from '../fixtures/qr-codes.ts';
import { startTables, type TestTables } from '../fixtures/tables.ts';

let tables: TestTables;
const IMAGES_BUCKET = 'images';
const UPLOADS_BUCKET = 'uploads';
let buckets: TestBuckets;
beforeAll(async () => {
  [tables, buckets] = await Promise.all([startTables(), startBuckets([IMAGES_BUCKET, UPLOADS_BUCKET])]);
});
afterAll(async () => {
  await tables.close();
  await buckets.close();
});

const store = () => qrCodeStore(tables.client, 'qrCodes');
const idNumber = (number: number): string => `qr_0000000000000000000${String(number).padStart(3, '0')}`;

describe('The store of codes', () => {
  test('gives back what it was given, by id and by parameters, to its workspace only', async () => {
    const code = aQrCode({ look: { ...aQrCode().look, size: { widthMm: 30, dpi: 600 } }, link: null });
    expect(await store().create(code, 'hash')).toEqual(code);
    expect(await store().find('ws_1', code.id)).toEqual(code);
    expect(await store().findByParameters('ws_1', 'hash')).toEqual(code);
    expect([await store().find('ws_2', code.id), await store().findByParameters('ws_2', 'hash')]).toEqual([null, null]);
    expect(await store().findByParameters('ws_1', 'another')).toBeNull();
  });

  test('of two codes with equal parameters keeps the first, whatever came at the same moment', async () => {
    const rivals = Array.from({ length: 8 }, (_, index) => aQrCode({ workspaceId: 'ws_race', id: idNumber(index) }));
    const outcomes = await Promise.all(rivals.map((code) => store().create(code, 'same')));
    expect(new Set(outcomes.map(({ id }) => id)).size).toBe(1);
    expect((await store().list('ws_race', 100, null)).items).toHaveLength(1);
  });

  test('is given the same code twice by a repeat, and keeps one', async () => {
    const code = aQrCode({ workspaceId: 'ws_repeat' });
    for (let time = 0; time < 2; time += 1) expect(await store().create(code, 'hash')).toEqual(code);
  });

  test('answers what the first attempt made where a repeat wants its id for other parameters', async () => {
    const code = aQrCode({ workspaceId: 'ws_other' });
    await store().create(code, 'png');
    const other = { ...code, look: { ...code.look, format: 'webp' as const } };
    expect(await store().create(other, 'webp')).toEqual(code);
  });

  test('knows of an image before its code is there, and nobody else does', async () => {
    const code = aQrCode({ workspaceId: 'ws_expects' });
    for (let time = 0; time < 2; time += 1) await store().expectImage('ws_expects', 'hash', code.image.key);
    expect(await store().findByParameters('ws_expects', 'hash')).toBeNull();
    expect((await store().list('ws_expects', 10, null)).items).toEqual([]);
    expect(await store().create(code, 'hash')).toEqual(code);
    await store().expectImage('ws_expects', 'hash', code.image.key);
    expect(await store().findByParameters('ws_expects', 'hash')).toEqual(code);
  });

  test('lists the newest first, page by page', async () => {
    for (let number = 0; number < 5; number += 1)
      await store().create(aQrCode({ workspaceId: 'ws_list', id: idNumber(number) }), `hash-${number}`);
    const first = await store().list('ws_list', 3, null);
    const second = await store().list('ws_list', 3, first.cursor);
    expect([...first.items, ...second.items].map(({ id }) => id)).toEqual([4, 3, 2, 1, 0].map(idNumber));
    expect([first.cursor, second.cursor]).toEqual([idNumber(2), null]);
  });
});

test('Parameters are equal in whatever order they were written, and different in anything else', () => {
  const wanted = aWantedCode();
  const turned = { look: { ...wanted.look }, title: wanted.title, link: wanted.link, content: wanted.content };
  expect(parametersSha256(turned)).toBe(parametersSha256(wanted));
  const { look } = wanted;
  const others = [
    { content: 'x' },
    { title: 'x' },
    { link: null },
    { look: { ...look, format: 'svg' as const } },
    { look: { ...look, size: { widthPx: 257 } } },
    { look: { ...look, errorCorrection: 'L' as const } },
    { look: { ...look, style: { ...look.style, marginModules: 3 } } },
  ].map((members) => parametersSha256(aWantedCode(members)));
  expect(new Set([parametersSha256(wanted), ...others]).size).toBe(others.length + 1);
});

test('An image is kept with what CloudFront is to say of it', async () => {
  const images = imageStore(buckets.s3, IMAGES_BUCKET);
  await images.put('i/abc.png', Buffer.from('png'), 'image/png');
  const head = await buckets.s3.send(new HeadObjectCommand({ Bucket: IMAGES_BUCKET, Key: 'i/abc.png' }));
  expect(head).toMatchObject({ ContentType: 'image/png', CacheControl: 'public, max-age=31536000, immutable' });
  expect(Buffer.from((await images.get('i/abc.png')) ?? []).toString()).toBe('png');
  expect(await images.get('i/none.png')).toBeNull();
});

test('A logo is found once its checked picture is there, by its workspace', async () => {
  const logos = logoStore(buckets.s3, UPLOADS_BUCKET);
  const pixels = { widthPx: 2, heightPx: 1, rgba: Uint8Array.from([255, 0, 0, 255, 0, 0, 255, 255]) };
  const Body = pixelsPng(pixels);
  await buckets.s3.send(new PutObjectCommand({ Bucket: UPLOADS_BUCKET, Key: cleanLogoKey('ws_1', 'logo_1'), Body }));
  expect((await logos.find('ws_1', 'logo_1'))?.pixels).toEqual(pixels);
  expect([await logos.find('ws_2', 'logo_1'), await logos.find('ws_1', 'logo_2')]).toEqual([null, null]);
});

test('What was measured of a style is kept for a quarter of a year', async () => {
  const scores = styleScores(tables.client, 'qrCodes', () => 0);
  const scan = { score: 88, grade: 'B', failed: ['small'], advice: ['Shorten it.'] } as const;
  expect(await scores.find('style')).toBeNull();
  await scores.keep('style', scan);
  expect(await scores.find('style')).toEqual(scan);
});

test('Of an erased workspace no code, no image and no upload is left, and nobody else loses any', async () => {
  const places = { table: 'qrCodes', s3: buckets.s3, imagesBucket: IMAGES_BUCKET, uploadsBucket: UPLOADS_BUCKET };
  for (const workspaceId of ['ws_gone', 'ws_stays']) {
    for (let number = 0; number < 3; number += 1) {
      const key = `i/${workspaceId}-${number}.png`;
      const image = { ...aQrCode().image, key };
      await store().create(aQrCode({ workspaceId, id: idNumber(number), image }), `hash-${number}`);
      await imageStore(buckets.s3, IMAGES_BUCKET).put(key, Buffer.from('png'), 'image/png');
    }
    // The work was cut off before the code was filed.
    await store().expectImage(workspaceId, 'cut-off', `i/${workspaceId}-cut-off.png`);
    await imageStore(buckets.s3, IMAGES_BUCKET).put(`i/${workspaceId}-cut-off.png`, Buffer.from('png'), 'image/png');
    for (const folder of ['logos', 'logos-clean', 'uploads', 'batches']) {
      const Key = `${folder}/${workspaceId}/file`;
      await buckets.s3.send(new PutObjectCommand({ Bucket: UPLOADS_BUCKET, Key, Body: 'x' }));
    }
  }
  await allOf(qrErasure(tables.client, places).eraseCodes('ws_gone'));
  const { Items = [] } = await tables.client.send(new ScanCommand({ TableName: 'qrCodes' }));
  const keysIn = async (Bucket: string) =>
    ((await buckets.s3.send(new ListObjectsV2Command({ Bucket }))).Contents ?? []).map(({ Key = '' }) => Key);
  const names = [
    ...Items.map(({ pk }) => String(pk)),
    ...(await keysIn(IMAGES_BUCKET)),
    ...(await keysIn(UPLOADS_BUCKET)),
  ];
  expect(names.filter((name) => name.includes('ws_gone'))).toEqual([]);
  // Three codes and their parameters, three images, one more that was expected, and a file in each of four folders.
  expect(names.filter((name) => name.includes('ws_stays'))).toHaveLength(15);
  expect(await allOf(qrErasure(tables.client, places).eraseCodes('ws_gone'))).toEqual([]);
});
