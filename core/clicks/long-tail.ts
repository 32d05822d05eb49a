import { BOT_PREFIX, dimensionIn } from './counters.ts';

/** Different values of one dimension that an item counts; what comes later is counted as `other`. */
export const MAX_VALUES = 300;
export const OTHER = 'other';
/**
 * An item may have 400 KB, and every write pays for all of it. Beyond this many characters in its names (three bytes each at
 * most, and each name once more for bots) it takes no new values of any dimension.
 */
const MAX_NAME_CHARACTERS = 60_000;

/**
 * Counters to add to an item that has these names already. Which of two new values comes first, or whether two consumers
 * see the same room at once, decides what is `other`; sums over all values never depend on it.
 */
export function foldLongTail(
  counters: ReadonlyMap<string, number>,
  known: ReadonlySet<string>,
): ReadonlyMap<string, number> {
  if (known.size + counters.size <= MAX_VALUES) return counters;
  const room = roomBeside(known);
  const folded = new Map<string, number>();
  const nameOf = new Map<string, string>();
  for (const [name, count] of counters) {
    const isBots = name.startsWith(BOT_PREFIX);
    const plain = isBots ? name.slice(BOT_PREFIX.length) : name;
    const counted = nameOf.get(plain) ?? (known.has(plain) || room.take(plain) ? plain : otherOf(plain));
    nameOf.set(plain, counted);
    const target = isBots ? `${BOT_PREFIX}${counted}` : counted;
    folded.set(target, (folded.get(target) ?? 0) + count);
  }
  return folded;
}

const otherOf = (name: string): string => `${dimensionIn(name)}:${OTHER}`;

function roomBeside(known: ReadonlySet<string>) {
  const values = new Map<string, number>();
  let characters = 0;
  const count = (name: string): void => {
    const dimension = dimensionIn(name);
    values.set(dimension, (values.get(dimension) ?? 0) + 1);
    characters += name.length;
  };
  for (const name of known) if (!name.startsWith(BOT_PREFIX)) count(name);
  return {
    /** Whether the name finds room; then it has it. Only values are ever refused. */
    take(name: string): boolean {
      const dimension = dimensionIn(name);
      const isFixed = dimension === '' || dimension === 'hour' || name === otherOf(name);
      const fits = (values.get(dimension) ?? 0) < MAX_VALUES && characters + name.length <= MAX_NAME_CHARACTERS;
      if (!isFixed && !fits) return false;
      count(name);
      return true;
    },
  };
}
