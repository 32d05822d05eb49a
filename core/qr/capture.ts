import type { Gray } from './pixels.ts';

/** How a camera sees a code. Lengths are in modules, so that a large code is treated like a small one. */
export type Conditions = {
  readonly pxPerModule: number;
  readonly rotationDeg: number;
  /** How much shorter the far edge looks, 0–1. */
  readonly tilt: number;
  /** Standard deviation of the blur. */
  readonly blurModules: number;
  /** What is left of the distance between black and white, 0–1. */
  readonly contrast: number;
  /** How much darker the shaded corner is, 0–1. */
  readonly shade: number;
  /** Standard deviation of each pixel, of 255. */
  readonly noise: number;
  /** What the code lies on, 0–255. */
  readonly surroundings: number;
};

const SURROUNDINGS_MODULES = 3;
const MIDDLE_GRAY = 128;

/** The picture as a camera in such conditions would take it. Always the same for the same arguments. */
export function capture(picture: Gray, pxPerModule: number, conditions: Conditions, seed: number): Gray {
  const seen = project(picture, pxPerModule, conditions);
  const blurred = blur(seen, conditions.blurModules * conditions.pxPerModule);
  return expose(blurred, conditions, seed);
}

/** Lays the picture on its surroundings, turned and tilted. */
function project(picture: Gray, pxPerModule: number, conditions: Conditions): Gray {
  const zoom = conditions.pxPerModule / pxPerModule;
  const angle = (conditions.rotationDeg * Math.PI) / 180;
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const turned = (a: number, b: number) => (a * Math.abs(cos) + b * Math.abs(sin)) * zoom;
  const pad = 2 * SURROUNDINGS_MODULES * conditions.pxPerModule;
  const widthPx = Math.ceil(turned(picture.widthPx, picture.heightPx) + pad);
  const heightPx = Math.ceil(turned(picture.heightPx, picture.widthPx) + pad);
  const luma = new Uint8Array(widthPx * heightPx);
  const source = shrunk(picture, zoom);
  const step = source.widthPx / (picture.widthPx * zoom);
  for (let y = 0, at = 0; y < heightPx; y++) {
    // The far edge is at the top: its rows show more of the picture, which so looks smaller there.
    const depth = step * (1 + conditions.tilt * (0.5 - (y + 0.5) / heightPx));
    for (let x = 0; x < widthPx; x++, at++) {
      const dx = (x + 0.5 - widthPx / 2) * depth;
      const dy = (y + 0.5 - heightPx / 2) * depth;
      const sourceX = dx * cos + dy * sin + source.widthPx / 2 - 0.5;
      const sourceY = dy * cos - dx * sin + source.heightPx / 2 - 0.5;
      luma[at] = sample(source, sourceX, sourceY, conditions.surroundings);
    }
  }
  return { widthPx, heightPx, luma };
}

/** Halved as often as it takes for bilinear sampling not to skip pixels. */
function shrunk(picture: Gray, zoom: number): Gray {
  let smaller = picture;
  for (let left = zoom; left <= 0.5; left *= 2) smaller = halved(smaller);
  return smaller;
}

function halved({ widthPx, heightPx, luma }: Gray): Gray {
  const half = { widthPx: widthPx >> 1, heightPx: heightPx >> 1 };
  const smaller = new Uint8Array(half.widthPx * half.heightPx);
  for (let y = 0, at = 0; y < half.heightPx; y++) {
    for (let x = 0; x < half.widthPx; x++, at++) {
      const from = 2 * y * widthPx + 2 * x;
      const sum =
        (luma[from] ?? 0) + (luma[from + 1] ?? 0) + (luma[from + widthPx] ?? 0) + (luma[from + widthPx + 1] ?? 0);
      smaller[at] = sum >> 2;
    }
  }
  return { ...half, luma: smaller };
}

function sample({ widthPx, heightPx, luma }: Gray, x: number, y: number, outside: number): number {
  const [left, top] = [Math.floor(x), Math.floor(y)];
  if (left < 0 || top < 0 || left >= widthPx - 1 || top >= heightPx - 1) return outside;
  const [right, down] = [x - left, y - top];
  const at = top * widthPx + left;
  const above = (luma[at] ?? 0) * (1 - right) + (luma[at + 1] ?? 0) * right;
  const below = (luma[at + widthPx] ?? 0) * (1 - right) + (luma[at + widthPx + 1] ?? 0) * right;
  return above * (1 - down) + below * down;
}

/** A Gaussian blur, first along the rows, then along the columns. */
function blur(picture: Gray, deviationPx: number): Gray {
  if (deviationPx === 0) return picture;
  const reach = Math.ceil(deviationPx * 2.5);
  const weights = Float32Array.from({ length: 2 * reach + 1 }, (_, i) =>
    Math.exp(-((i - reach) ** 2) / (2 * deviationPx ** 2)),
  );
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const kernel = weights.map((weight) => weight / total);
  const { widthPx, heightPx } = picture;
  const rows = blurLines(picture.luma, kernel, { lines: heightPx, length: widthPx, lineStep: widthPx, step: 1 });
  return {
    widthPx,
    heightPx,
    luma: blurLines(rows, kernel, { lines: widthPx, length: heightPx, lineStep: 1, step: widthPx }),
  };
}

type Lines = { readonly lines: number; readonly length: number; readonly lineStep: number; readonly step: number };

/** Beyond its ends a line goes on as it ends. */
function blurLines(luma: Uint8Array, kernel: Float32Array, { lines, length, lineStep, step }: Lines): Uint8Array {
  const reach = kernel.length >> 1;
  const blurred = new Uint8Array(luma.length);
  const sharp = new Float32Array(length + 2 * reach);
  for (let line = 0; line < lines; line++) {
    const start = line * lineStep;
    for (let i = 0; i < length; i++) sharp[i + reach] = luma[start + i * step] ?? 0;
    sharp.fill(sharp[reach] ?? 0, 0, reach);
    sharp.fill(sharp[length + reach - 1] ?? 0, length + reach);
    for (let i = 0; i < length; i++) {
      let sum = 0;
      for (let k = 0; k < kernel.length; k++) sum += (sharp[i + k] ?? 0) * (kernel[k] ?? 0);
      blurred[start + i * step] = sum + 0.5;
    }
  }
  return blurred;
}

/** Light, shade and the grain of the sensor. */
function expose(picture: Gray, { contrast, shade, noise }: Conditions, seed: number): Gray {
  const { widthPx, heightPx } = picture;
  const random = grain(seed);
  const luma = new Uint8Array(picture.luma.length);
  for (let y = 0, at = 0; y < heightPx; y++) {
    for (let x = 0; x < widthPx; x++, at++) {
      const light = 1 - (shade * (x + y)) / (widthPx + heightPx);
      const value = (MIDDLE_GRAY + ((picture.luma[at] ?? 0) - MIDDLE_GRAY) * contrast) * light + noise * random();
      luma[at] = Math.min(255, Math.max(0, Math.round(value)));
    }
  }
  return { widthPx, heightPx, luma };
}

/** Random numbers about 0 with a deviation of 1, always the same for a seed (mulberry32; the sum of three is bell-shaped enough). */
function grain(seed: number): () => number {
  let state = seed;
  const uniform = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return () => (uniform() + uniform() + uniform() - 1.5) * 2;
}
