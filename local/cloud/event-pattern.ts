type Value = string | number | boolean | null;
type Rule =
  | Value
  | { readonly exists: boolean }
  | { readonly prefix: string }
  | { readonly 'anything-but': Value | Value[] };

/** An event, or a record of a stream, passes when every named member does, and a member when any of its rules lets it. */
export type EventPattern = { readonly [member: string]: EventPattern | readonly Rule[] };

/**
 * A pattern of EventBridge's language, which filters of Lambda's event sources speak too, as far as Signpost's templates use it:
 * lists of values, `exists`, `prefix` and `anything-but`. Throws on any other rule, rather than letting pass what AWS would not.
 */
export function eventPatternOf(pattern: unknown, where: string): EventPattern {
  if (!isObject(pattern)) throw new Error(`${where} is no pattern.`);
  const members = Object.entries(pattern).map(([name, rules]) => {
    const inner = `${where}.${name}`;
    return [name, Array.isArray(rules) ? rules.map((rule) => ruleOf(rule, inner)) : eventPatternOf(rules, inner)];
  });
  return Object.fromEntries(members) as EventPattern;
}

export function passes(pattern: EventPattern, value: unknown): boolean {
  return Object.entries(pattern).every(([name, rules]) => {
    const member = isObject(value) ? value[name] : undefined;
    return isRules(rules) ? rules.some((rule) => passesRule(rule, member)) : passes(rules, member);
  });
}

function passesRule(rule: Rule, value: unknown): boolean {
  if (!isObject(rule)) return Array.isArray(value) ? value.includes(rule) : value === rule;
  if ('exists' in rule) return (value !== undefined) === rule.exists;
  if ('prefix' in rule) return typeof value === 'string' && value.startsWith(rule.prefix);
  return value !== undefined && !listed(rule['anything-but']).includes(value);
}

function ruleOf(rule: unknown, where: string): Rule {
  if (isValue(rule)) return rule;
  const [[name, argument] = ['', undefined], ...more] = isObject(rule) ? Object.entries(rule) : [];
  const isKnown =
    (name === 'exists' && typeof argument === 'boolean') ||
    (name === 'prefix' && typeof argument === 'string') ||
    (name === 'anything-but' && listed(argument).every(isValue));
  if (isKnown && more.length === 0) return rule as Rule;
  throw new Error(`${where}: the laptop does not know the rule ${JSON.stringify(rule)}.`);
}

const listed = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [value]);
const isValue = (value: unknown): value is Value =>
  value === null || ['string', 'number', 'boolean'].includes(typeof value);
const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isRules = (rules: EventPattern | readonly Rule[]): rules is readonly Rule[] => Array.isArray(rules);
