/**
 * ★ How a code looks, as data. The words follow qr-code-styling, so that whoever comes from there can stay with them. What of
 * it still scans is told by `limits.ts`; how it is drawn by `draw.ts`.
 */
export const DOT_SHAPES = [
  'square',
  'rounded',
  'extra-rounded',
  'dots',
  'classy',
  'classy-rounded',
  'vertical',
  'horizontal',
] as const;
export type DotShape = (typeof DOT_SHAPES)[number];

/** The ring of a finder pattern, always one module thick (a thinner one is what scanners miss first). */
export const EYE_FRAMES = ['square', 'rounded', 'extra-rounded', 'dot', 'leaf'] as const;
export type EyeFrame = (typeof EYE_FRAMES)[number];

/** The 3 × 3 modules in the middle of a finder pattern. */
export const EYE_BALLS = ['square', 'rounded', 'dot', 'leaf'] as const;
export type EyeBall = (typeof EYE_BALLS)[number];

export const FRAME_SHAPES = ['label', 'box'] as const;
export type FrameShape = (typeof FRAME_SHAPES)[number];

/** `#rrggbb`, lower case. */
export type Color = `#${string}`;
export const TRANSPARENT = 'transparent';

/** Runs over the area of the modules. `offset` 0–1 rises; `rotationDeg` turns a linear one clockwise from left-to-right. */
export type Gradient = {
  readonly kind: 'linear' | 'radial';
  readonly rotationDeg: number;
  readonly stops: readonly { readonly offset: number; readonly color: Color }[];
};

/** A picture over the middle of the code. `share` is the part of all modules (0–1) that it may hide. */
export type LogoPlace = {
  readonly id: string;
  readonly share: number;
  /** Whether the modules beneath are left out rather than drawn over. */
  readonly clear: boolean;
};

/** Words beneath the code: on a filled `label`, or inside a `box` around the whole. */
export type Frame = {
  readonly shape: FrameShape;
  readonly text: string;
  readonly color: Color;
  readonly textColor: Color;
};

export type QrStyle = {
  readonly dots: {
    readonly shape: DotShape /** 0–1 of a module. Below 1 modules stand apart. */;
    readonly scale: number;
  };
  readonly eyes: {
    readonly frame: EyeFrame;
    readonly ball: EyeBall;
    /** Null: as the dots. */
    readonly frameColor: Color | null;
    readonly ballColor: Color | null;
  };
  readonly foreground: Color;
  /** Takes the place of `foreground` where it is not null. */
  readonly gradient: Gradient | null;
  readonly background: Color | typeof TRANSPARENT;
  readonly logo: LogoPlace | null;
  readonly frame: Frame | null;
  /** The quiet zone, 0–16 modules. */
  readonly marginModules: number;
};

export const PLAIN_STYLE: QrStyle = {
  dots: { shape: 'square', scale: 1 },
  eyes: { frame: 'square', ball: 'square', frameColor: null, ballColor: null },
  foreground: '#000000',
  gradient: null,
  background: '#ffffff',
  logo: null,
  frame: null,
  marginModules: 4,
};

/** Whether the code is nothing but square modules of one colour on another or on nothing. */
export function isPlain({ dots, eyes, gradient, logo, frame, foreground }: QrStyle): boolean {
  const square = dots.shape === 'square' && dots.scale === 1 && eyes.frame === 'square' && eyes.ball === 'square';
  const oneColor = [eyes.frameColor, eyes.ballColor].every((color) => color === null || color === foreground);
  return square && oneColor && gradient === null && logo === null && frame === null;
}
