import { exp } from 'qrcode/lib/core/galois-field.js';
import { generateECPolynomial } from 'qrcode/lib/core/polynomial.js';

/** Powers of the generator of GF(256), and which power a value is; the first are listed twice, so that sums need no modulo. */
const ORDER = 255;
const POWERS = Uint8Array.from({ length: 2 * ORDER }, (_, power) => exp(power));
const LOGARITHMS = new Uint8Array(ORDER + 1);
for (let power = 0; power < ORDER; power++) LOGARITHMS[POWERS[power] ?? 0] = power;

/** By degree: the logarithms of the generator polynomial's coefficients after the first, none of which is 0. */
const generators = new Map<number, Uint8Array>();

function generatorOf(degree: number): Uint8Array {
  const known = generators.get(degree);
  if (known !== undefined) return known;
  const generator = generateECPolynomial(degree)
    .subarray(1)
    .map((coefficient) => LOGARITHMS[coefficient] ?? 0);
  generators.set(degree, generator);
  return generator;
}

/** So many codewords that correct errors in the block: the remainder of its division by the generator (ISO/IEC 18004 §7.5.2). */
export function checkCodewords(block: Uint8Array, count: number): Uint8Array {
  const generator = generatorOf(count);
  const dividend = new Uint8Array(block.length + count);
  dividend.set(block);
  for (let at = 0; at < block.length; at++) {
    const leading = dividend[at] ?? 0;
    if (leading === 0) continue;
    const power = LOGARITHMS[leading] ?? 0;
    for (let term = 0; term < count; term++)
      dividend[at + 1 + term] = (dividend[at + 1 + term] ?? 0) ^ (POWERS[power + (generator[term] ?? 0)] ?? 0);
  }
  return dividend.subarray(block.length);
}
