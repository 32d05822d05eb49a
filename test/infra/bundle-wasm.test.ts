import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundle } from '../../lib/bundle.ts';

const root = join(__dirname, '../..');
let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'signpost-wasm-test-'));
  const entries = ['svg-raster', 'qr-decoders', 'jpeg', 'webp', 'png-decoder'];
  await bundle(
    entries.map((name) => ({ in: join(root, `adapters/${name}.ts`), out: `${name}/index` })),
    folder,
  );
});

const wasmOf = (name: string) => readdirSync(join(folder, name)).filter((file) => file.endsWith('.wasm'));

it.each([
  ['svg-raster', ['index_bg.wasm']],
  ['qr-decoders', ['zxing_reader.wasm']],
  ['jpeg', ['mozjpeg_dec.wasm', 'mozjpeg_enc.wasm']],
  ['webp', ['webp_dec.wasm', 'webp_enc_simd.wasm']],
  ['png-decoder', []],
])('%s has beside it the WebAssembly that it runs and no other', (name, files) => {
  expect(wasmOf(name).sort()).toEqual(files);
  for (const file of files) expect(statSync(join(folder, name, file)).size).toBeGreaterThan(100_000);
});

it('runs far from any package, without asking anybody for it', () => {
  const script = `
    globalThis.fetch = () => { throw new Error('fetched'); };
    const load = (name) => import('${folder}/' + name + '/index.mjs');
    const { svgRaster } = await load('svg-raster');
    const { qrDecoders } = await load('qr-decoders');
    const { encodeJpeg, decodeJpeg } = await load('jpeg');
    const { encodeWebp, decodeWebp } = await load('webp');
    const svg = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"><path fill="#0a0b0c" d="M0 0h1v1H0z"/></svg>';
    const picture = await svgRaster(svg, 8);
    const jpeg = await decodeJpeg(await encodeJpeg(picture));
    const webp = await decodeWebp(await encodeWebp(picture));
    console.log(JSON.stringify([await qrDecoders.zxing(picture), await qrDecoders.jsqr(picture), jpeg.widthPx, [...webp.rgba.subarray(0, 4)]]));`;
  const printed = execFileSync(process.execPath, ['--input-type=module', '-e', script], { cwd: tmpdir() });
  expect(JSON.parse(printed.toString())).toEqual([null, null, 8, [10, 11, 12, 255]]);
});
