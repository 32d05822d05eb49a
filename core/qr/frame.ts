import type { Layer } from './drawing.ts';
import { lettering } from './lettering.ts';
import { allCorners, rectangle, rectangularHole } from './outline.ts';
import type { Frame } from './style.ts';

/** What surrounds a code, and where the code is in it; in modules. */
export type Surroundings = {
  readonly width: number;
  readonly height: number;
  readonly codeX: number;
  readonly codeY: number;
  readonly layers: readonly Layer[];
  /** Comes last: it lies on the rest. */
  readonly lettering: readonly Layer[];
};

/** The height of the words' strip in parts of the code's width, and of the letters in parts of the strip. */
const STRIP_SHARE = 0.17;
const LETTER_SHARE = 0.44;
/** A filled shape stays at least as far from the modules as a quiet zone may be narrow. */
const MIN_GAP_MODULES = 2;

export function frameAround(frame: Frame | null, size: number, marginModules: number): Surroundings {
  if (frame === null) return alone(size, marginModules);
  return frame.shape === 'label' ? labelled(frame, size, marginModules) : boxed(frame, size, marginModules);
}

function alone(size: number, margin: number): Surroundings {
  const edge = size + 2 * margin;
  return { width: edge, height: edge, codeX: margin, codeY: margin, layers: [], lettering: [] };
}

/** A filled label with round ends beneath the quiet zone, as wide as the code. */
function labelled(frame: Frame, size: number, margin: number): Surroundings {
  const strip = size * STRIP_SHARE;
  const top = margin + size + Math.max(margin, MIN_GAP_MODULES);
  const label = { x: margin, y: top, width: size, height: strip };
  return {
    width: size + 2 * margin,
    height: top + strip + Math.max(margin, MIN_GAP_MODULES) / 2,
    codeX: margin,
    codeY: margin,
    layers: [
      {
        paint: frame.color,
        path: rectangle(label.x, label.y, label.width, label.height, allCorners(strip * 0.3)),
        strokeWidth: null,
      },
    ],
    lettering: lettering(frame.text, label, strip * LETTER_SHARE, frame.textColor),
  };
}

/** A border around the quiet zone that grows into a strip for the words at the bottom. */
function boxed(frame: Frame, size: number, quietModules: number): Surroundings {
  const margin = Math.max(quietModules, MIN_GAP_MODULES);
  const border = size * 0.03;
  const inner = size + 2 * margin;
  const strip = size * STRIP_SHARE;
  const width = inner + 2 * border;
  const height = border + inner + strip;
  return {
    width,
    height,
    codeX: border + margin,
    codeY: border + margin,
    layers: [
      {
        paint: frame.color,
        path: [
          ...rectangle(0, 0, width, height, allCorners(border * 3)),
          ...rectangularHole(border, border, inner, inner, allCorners(border * 2)),
        ],
        strokeWidth: null,
      },
    ],
    lettering: lettering(
      frame.text,
      { x: border, y: border + inner, width: inner, height: strip },
      strip * LETTER_SHARE,
      frame.textColor,
    ),
  };
}
