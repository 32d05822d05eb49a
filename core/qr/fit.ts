import type { Box, Pixels } from './drawing.ts';

/** As large as the picture goes into the box without being bent, in its middle. */
export function fitted({ widthPx, heightPx }: Pixels, box: Box): Box {
  const scale = Math.min(box.width / widthPx, box.height / heightPx);
  const [width, height] = [widthPx * scale, heightPx * scale];
  return { x: box.x + (box.width - width) / 2, y: box.y + (box.height - height) / 2, width, height };
}
