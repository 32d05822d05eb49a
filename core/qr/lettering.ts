import { charactersOf, glyphOf, moved } from './alphabet.ts';
import type { Box, Layer, Segment } from './drawing.ts';
import type { Color } from './style.ts';

/** Of the alphabet's grid: capitals are six high, strokes a little less than one thick. */
const CAPITAL_HEIGHT = 6;
const STROKE = 0.9;
const BETWEEN = 1.7;
/** Words fill at most this share of the box's width. */
const FILL_SHARE = 0.88;

/** Words in the middle of a box, capitals as high as asked unless that is too wide. Needs no font where it is drawn. */
export function lettering(text: string, box: Box, heightModules: number, color: Color): readonly Layer[] {
  const glyphs = charactersOf(text).map(glyphOf);
  const wide = glyphs.reduce((sum, { width }) => sum + width + BETWEEN, -BETWEEN);
  if (wide <= 0) return [];
  const scale = Math.min(heightModules / CAPITAL_HEIGHT, (box.width * FILL_SHARE) / (wide + STROKE));
  const top = box.y + (box.height - CAPITAL_HEIGHT * scale) / 2;
  let left = box.x + (box.width - wide * scale) / 2;
  const path: Segment[] = [];
  for (const { width, strokes } of glyphs) {
    for (const segment of strokes) path.push(moved(segment, scale, left, top));
    left += (width + BETWEEN) * scale;
  }
  return [{ paint: color, path, strokeWidth: STROKE * scale }];
}
