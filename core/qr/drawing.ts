import type { Color, Gradient } from './style.ts';

/** One step of an outline, in modules. */
export type Segment =
  | readonly ['move', x: number, y: number]
  | readonly ['line', x: number, y: number]
  /** A quarter of an ellipse to (x, y) that would have its corner at (cornerX, cornerY). */
  | readonly ['round', cornerX: number, cornerY: number, x: number, y: number]
  | readonly ['close'];

/** Subpaths, each closed unless it is stroked. Holes run the other way round, so that both fill rules agree. */
export type Path = readonly Segment[];

export type Box = { readonly x: number; readonly y: number; readonly width: number; readonly height: number };

/** One path of one paint. `strokeWidth` in modules (round caps and joins); null means filled. */
export type Layer = {
  readonly paint: Color | Gradient;
  readonly path: Path;
  readonly strokeWidth: number | null;
};

/** A code as shapes: all lengths in modules, origin top left, quiet zone and frame included, layers from back to front. */
export type Drawing = {
  readonly width: number;
  readonly height: number;
  /** Null where what lies beneath shows through. */
  readonly background: Color | null;
  readonly layers: readonly Layer[];
  /** Where the modules are; gradients run over it. */
  readonly code: Box;
  /** Where the logo goes (its own shape is fitted into this). */
  readonly logo: Box | null;
};

/** A picture as pixels, four bytes each (red, green, blue, alpha not multiplied in), row by row. */
export type Pixels = { readonly widthPx: number; readonly heightPx: number; readonly rgba: Uint8Array };
