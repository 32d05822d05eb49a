import * as z from 'zod/mini';
import { couldBeId } from '../sortable-id.ts';
import { charactersOf, isDrawable } from './alphabet.ts';
import { LOGO_SHARE } from './limits.ts';
import type { Color, QrStyle } from './style.ts';
import { DOT_SHAPES, EYE_BALLS, EYE_FRAMES, FRAME_SHAPES, PLAIN_STYLE, TRANSPARENT } from './style.ts';

const MAX_STOPS = 5;
const MAX_FRAME_LETTERS = 30;
const HEX = /^#(?:[0-9a-fA-F]{3}|[0-9a-fA-F]{6})$/;

const color = z.string().check(z.regex(HEX, 'Must be a colour as #rrggbb.'));
const share = z.number().check(z.minimum(0), z.maximum(1));

const gradientInput = z.strictObject({
  kind: z.enum(['linear', 'radial']),
  /** Degrees, clockwise from left to right. */
  rotation: z.optional(z.number().check(z.minimum(0), z.maximum(360))),
  stops: z.array(z.strictObject({ offset: share, color })).check(
    z.minLength(2),
    z.maxLength(MAX_STOPS),
    z.refine(
      (stops) => stops.every(({ offset }, index) => index === 0 || offset > (stops[index - 1]?.offset ?? 0)),
      'Offsets must rise from stop to stop.',
    ),
  ),
});

const frameInput = z.strictObject({
  shape: z.enum(FRAME_SHAPES),
  text: z.string().check(
    z.minLength(1),
    z.maxLength(MAX_FRAME_LETTERS),
    z.refine((text) => text.trim() !== '', 'Must have something to read.'),
    z.refine((text) => undrawable(text) === '', {
      error: ({ input }) =>
        `May have Latin letters with accents, digits, punctuation and ✓ ♥ ← ↑ → ↓; there is nothing to draw ${undrawable(String(input))} with.`,
    }),
  ),
  color: z.optional(color),
  text_color: z.optional(color),
});

/** Each character once. */
const undrawable = (text: string): string =>
  [...new Set(charactersOf(text))].filter((character) => !isDrawable(character)).join(' ');

const ofALogo = (member: 'logo_share' | 'logo_clear') =>
  z.refine<{ readonly logo_id?: string | undefined; readonly logo_share?: unknown; readonly logo_clear?: unknown }>(
    (style) => style[member] === undefined || style.logo_id !== undefined,
    { path: [member], message: 'Is about a logo, which is not there.' },
  );

/** A style as the API takes it; every member may be left out. */
export const styleInput = z
  .strictObject({
    dots: z.optional(z.enum(DOT_SHAPES)),
    dot_scale: z.optional(z.number().check(z.minimum(0.3), z.maximum(1))),
    eyes: z.optional(
      z.strictObject({
        frame: z.optional(z.enum(EYE_FRAMES)),
        ball: z.optional(z.enum(EYE_BALLS)),
        frame_color: z.optional(color),
        ball_color: z.optional(color),
      }),
    ),
    foreground: z.optional(color),
    background: z.optional(
      z
        .string()
        .check(z.regex(/^(?:transparent|#[0-9a-fA-F]{3}|#[0-9a-fA-F]{6})$/, 'Must be a colour or transparent.')),
    ),
    gradient: z.optional(gradientInput),
    logo_id: z.optional(z.string().check(z.refine((id) => couldBeId('logo', id), 'Must be the id of a logo.'))),
    /** The part of the modules that the logo may hide. */
    logo_share: z.optional(z.number().check(z.minimum(0.01), z.maximum(0.3))),
    logo_clear: z.optional(z.boolean()),
    frame: z.optional(frameInput),
  })
  .check(ofALogo('logo_share'), ofALogo('logo_clear'));
export type StyleInput = z.infer<typeof styleInput>;

export function styleOf(input: StyleInput, marginModules: number = PLAIN_STYLE.marginModules): QrStyle {
  const { eyes = {}, gradient, frame, logo_id: logoId } = input;
  return {
    dots: { shape: input.dots ?? PLAIN_STYLE.dots.shape, scale: input.dot_scale ?? PLAIN_STYLE.dots.scale },
    eyes: {
      frame: eyes.frame ?? PLAIN_STYLE.eyes.frame,
      ball: eyes.ball ?? PLAIN_STYLE.eyes.ball,
      frameColor: colorOr(eyes.frame_color, null),
      ballColor: colorOr(eyes.ball_color, null),
    },
    foreground: colorOr(input.foreground, PLAIN_STYLE.foreground),
    gradient: gradient === undefined ? null : gradientOf(gradient),
    background: input.background === TRANSPARENT ? TRANSPARENT : colorOr(input.background, PLAIN_COLORS.background),
    logo:
      logoId === undefined
        ? null
        : { id: logoId, share: input.logo_share ?? LOGO_SHARE.Q, clear: input.logo_clear ?? true },
    frame:
      frame === undefined
        ? null
        : {
            shape: frame.shape,
            text: frame.text.normalize('NFC'),
            color: colorOr(frame.color, colorOr(input.foreground, PLAIN_STYLE.foreground)),
            textColor: colorOr(frame.text_color, PLAIN_COLORS.background),
          },
    marginModules,
  };
}

const PLAIN_COLORS = { background: '#ffffff' } as const;

const gradientOf = ({ kind, rotation, stops }: z.infer<typeof gradientInput>): QrStyle['gradient'] => ({
  kind,
  rotationDeg: rotation ?? 0,
  stops: stops.map(({ offset, color: text }) => ({ offset, color: normalColor(text) })),
});

const colorOr = <T>(text: string | undefined, otherwise: T): Color | T =>
  text === undefined ? otherwise : normalColor(text);

/** `#ABC` is `#aabbcc`. */
const normalColor = (text: string): Color =>
  `#${text
    .slice(1)
    .toLowerCase()
    .replace(/^(.)(.)(.)$/, '$1$1$2$2$3$3')}`;
