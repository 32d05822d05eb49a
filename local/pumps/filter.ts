import type { FilterPattern } from '../cloud/event-sources.ts';

/**
 * Lambda's event filtering, as far as Signpost's templates use it: lists of values, `exists`, `prefix` and
 * `anything-but`. Throws on any other rule rather than letting records through that AWS would drop.
 */
export function passes(pattern: FilterPattern, value: unknown): boolean {
  return Object.entries(pattern).every(([name, rule]) => {
    const member = isObject(value) ? value[name] : undefined;
    return Array.isArray(rule) ? rule.some((one) => passesRule(one, member)) : passes(rule as FilterPattern, member);
  });
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;

function passesRule(rule: unknown, value: unknown): boolean {
  if (!isObject(rule)) return Array.isArray(value) ? value.includes(rule) : value === rule;
  const [[name, argument] = ['', undefined]] = Object.entries(rule);
  switch (name) {
    case 'exists':
      return (value !== undefined) === (argument === true);
    case 'prefix':
      return typeof value === 'string' && typeof argument === 'string' && value.startsWith(argument);
    case 'anything-but':
      return value !== undefined && !(Array.isArray(argument) ? argument : [argument]).includes(value);
    default:
      throw new Error(`The laptop does not know the filter rule ${JSON.stringify(rule)}.`);
  }
}
