import * as z from 'zod/mini';

/** A record in which every name is looked at: zod's own leaves `__proto__` out without a word, and with it what was said. */
export const namedValues = <Value extends z.ZodMiniType>(name: z.ZodMiniType<string>, value: Value) =>
  z.pipe(z.transform(withoutPrototype), z.record(name, value));

function withoutPrototype(said: unknown, { issues }: { readonly issues: z.core.$ZodRawIssue[] }): unknown {
  if (typeof said === 'object' && said !== null && Object.hasOwn(said, '__proto__'))
    issues.push({ code: 'invalid_key', origin: 'record', issues: [], path: ['__proto__'], input: said });
  return said;
}
