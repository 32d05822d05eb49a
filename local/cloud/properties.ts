/**
 * Resolved properties of a resource, read by type. Each reader throws an Error naming the resource and the member
 * when what stands there is of another type; `…Or` readers give the default where the member is absent.
 */
export type Properties = {
  readonly where: string;
  has(name: string): boolean;
  raw(name: string): unknown;
  text(name: string): string;
  textOr<D>(name: string, absent: D): string | D;
  numberOr<D>(name: string, absent: D): number | D;
  flag(name: string): boolean;
  texts(name: string): readonly string[];
  /** Members of an object whose values are all text (environment variables, headers). */
  textMap(name: string): Readonly<Record<string, string>>;
  inner(name: string): Properties;
  list(name: string): readonly Properties[];
};

export function propertiesOf(value: unknown, where: string): Properties {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new Error(`${where} is not an object.`);
  const members = new Map<string, unknown>(Object.entries(value));

  const wrong = (name: string, expected: string): Error =>
    new Error(`${where}.${name} is ${JSON.stringify(members.get(name)) ?? 'absent'}; ${expected} is expected.`);

  const list = (name: string): readonly unknown[] => {
    const items = members.get(name) ?? [];
    if (!Array.isArray(items)) throw wrong(name, 'a list');
    return items;
  };

  const text = (name: string): string => {
    const found = asText(members.get(name));
    if (found === null) throw wrong(name, 'text');
    return found;
  };

  return {
    where,
    has: (name) => members.get(name) !== undefined,
    raw: (name) => members.get(name),
    text,
    textOr: (name, absent) => (members.get(name) === undefined ? absent : text(name)),
    numberOr(name, absent) {
      const found = members.get(name);
      if (found === undefined) return absent;
      // CloudFormation takes "30" for 30.
      const number = typeof found === 'string' ? Number(found) : found;
      if (typeof number !== 'number' || Number.isNaN(number)) throw wrong(name, 'a number');
      return number;
    },
    flag: (name) => members.get(name) === true || members.get(name) === 'true',
    texts: (name) =>
      list(name).map((item) => {
        const found = asText(item);
        if (found === null) throw wrong(name, 'a list of text');
        return found;
      }),
    textMap: (name) =>
      Object.fromEntries(
        Object.entries(members.get(name) ?? {}).map(([key, item]) => {
          const found = asText(item);
          if (found === null) throw wrong(`${name}.${key}`, 'text');
          return [key, found];
        }),
      ),
    inner: (name) => propertiesOf(members.get(name) ?? {}, `${where}.${name}`),
    list: (name) => list(name).map((item, index) => propertiesOf(item, `${where}.${name}[${index}]`)),
  };
}

function asText(value: unknown): string | null {
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : null;
}
