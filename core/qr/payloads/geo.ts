import * as z from 'zod/mini';

export const geoSchema = z.strictObject({
  latitude: z.number().check(z.minimum(-90), z.maximum(90)),
  longitude: z.number().check(z.minimum(-180), z.maximum(180)),
  /** Metres above the ellipsoid of WGS 84. */
  altitude: z.optional(z.number().check(z.minimum(-12_000), z.maximum(100_000))),
});
export type Geo = z.infer<typeof geoSchema>;

/** A ten-millionth of a degree is a centimetre. */
const DECIMALS = 7;

/** RFC 5870: degrees in WGS 84, no exponents; at the poles longitude means nothing and is 0, and −180 is 180. */
export function geoText({ latitude, longitude, altitude }: Geo): string {
  const east = Math.abs(latitude) === 90 ? 0 : longitude === -180 ? 180 : longitude;
  return `geo:${[latitude, east, ...(altitude === undefined ? [] : [altitude])].map(decimal).join(',')}`;
}

const decimal = (value: number): string =>
  value
    .toFixed(DECIMALS)
    .replace(/\.?0+$/, '')
    .replace(/^-0$/, '0');
