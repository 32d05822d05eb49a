import type { Json } from './definition.ts';

const OPENING = new Set(['[', '{']);
const CLOSING = new Set([']', '}']);

/**
 * The elements of a JSON array, one at a time, so that a long one is never whole in memory. Throws a SyntaxError for
 * what is no array.
 */
export async function* jsonElements(chunks: AsyncIterable<Buffer>): AsyncGenerator<Json> {
  const decoder = new TextDecoder();
  /** Brackets open at this place: 1 between the elements; -1 before the array, 0 behind it. */
  let depth = -1;
  let isInText = false;
  let isEscaped = false;
  let element = '';
  for await (const chunk of chunks) {
    const text = decoder.decode(chunk, { stream: true });
    let start = 0;
    for (let at = 0; at < text.length; at += 1) {
      const character = text.charAt(at);
      if (isInText) {
        if (isEscaped) isEscaped = false;
        else if (character === '\\') isEscaped = true;
        else if (character === '"') isInText = false;
        continue;
      }
      if (depth < 1) {
        if (character.trim() === '') continue;
        if (depth === 0 || character !== '[') throw new SyntaxError('The items are not one JSON array.');
        depth = 1;
        start = at + 1;
        continue;
      }
      if (character === '"') isInText = true;
      const isEnd = depth === 1 && (character === ',' || character === ']');
      if (isEnd) {
        element += text.slice(start, at);
        start = at + 1;
        if (element.trim() !== '' || character === ',') yield JSON.parse(element) as Json;
        element = '';
      }
      if (OPENING.has(character)) depth += 1;
      else if (CLOSING.has(character)) depth -= 1;
    }
    if (depth > 0) element += text.slice(start);
  }
  if (depth !== 0) throw new SyntaxError('The JSON array has no end.');
}
