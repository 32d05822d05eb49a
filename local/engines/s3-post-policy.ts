import { s3Error } from './s3-error.ts';

/** What a signed policy says of a form: how its fields must be, how large its file may be. */
export type PostPolicy = {
  readonly expiresAtMs: number;
  readonly conditions: readonly FieldCondition[];
  /** Both included. */
  readonly sizeBytes: { readonly min: number; readonly max: number } | null;
};

export type FieldCondition = {
  readonly operator: 'eq' | 'starts-with';
  /** Lower case, without `$`. */
  readonly field: string;
  readonly value: string;
};

/** Fields that need no condition: they are the policy and its proof, or what the form does not ask for. */
const FREE_FIELDS = new Set(['policy', 'x-amz-signature', 'file', 'awsaccesskeyid', 'signature']);

/** Reads a base64 policy document. Throws InvalidPolicyDocument. */
export function parsePolicy(base64: string): PostPolicy {
  const invalid = (reason: string) => s3Error('InvalidPolicyDocument', `Invalid Policy: ${reason}`);
  let document: unknown;
  try {
    document = JSON.parse(Buffer.from(base64, 'base64').toString('utf8'));
  } catch {
    throw invalid('Invalid JSON.');
  }
  const { expiration, conditions } = (document ?? {}) as {
    readonly expiration?: unknown;
    readonly conditions?: unknown;
  };
  const expiresAtMs = Date.parse(typeof expiration === 'string' ? expiration : '');
  if (Number.isNaN(expiresAtMs)) throw invalid(`Invalid 'expiration' value: '${String(expiration)}'`);
  if (!Array.isArray(conditions)) throw invalid("Invalid 'conditions' value: must be a List.");

  const fields: FieldCondition[] = [];
  let sizeBytes: PostPolicy['sizeBytes'] = null;
  for (const condition of conditions as readonly unknown[]) {
    if (Array.isArray(condition)) {
      const [operator, first, second] = condition as readonly unknown[];
      const name = String(operator).toLowerCase();
      if (condition.length !== 3)
        throw invalid(`Invalid Condition: wrong number of arguments in ${JSON.stringify(condition)}`);
      if (name === 'content-length-range') {
        sizeBytes = { min: Number(first), max: Number(second) };
        if (!Number.isInteger(sizeBytes.min) || !Number.isInteger(sizeBytes.max))
          throw invalid('Invalid content-length-range.');
      } else if ((name === 'eq' || name === 'starts-with') && typeof first === 'string' && first.startsWith('$')) {
        fields.push({ operator: name, field: first.slice(1).toLowerCase(), value: String(second) });
      } else throw invalid(`Invalid Condition: unknown operation '${String(operator)}'.`);
    } else if (typeof condition === 'object' && condition !== null) {
      for (const [field, value] of Object.entries(condition)) {
        fields.push({ operator: 'eq', field: field.toLowerCase(), value: String(value) });
      }
    } else throw invalid('Invalid Condition: must be a List or an Object.');
  }
  return { expiresAtMs, conditions: fields, sizeBytes };
}

/**
 * Throws AccessDenied unless every condition holds and every field is spoken of. `fields` holds the bucket, and the key
 * as it will be.
 */
export function judgeFields(policy: PostPolicy, fields: ReadonlyMap<string, string>, nowMs: number): void {
  const refused = (reason: string) => s3Error('AccessDenied', `Invalid according to Policy: ${reason}`);
  if (nowMs >= policy.expiresAtMs) throw refused('Policy expired.');
  for (const { operator, field, value } of policy.conditions) {
    const given = fields.get(field) ?? '';
    const holds = operator === 'eq' ? given === value : startsWith(field, given, value);
    if (!holds) throw refused(`Policy Condition failed: ${JSON.stringify([operator, `$${field}`, value])}`);
  }
  const known = new Set(policy.conditions.map(({ field }) => field));
  const extra = [...fields.keys()].filter(
    (field) => !known.has(field) && !FREE_FIELDS.has(field) && !field.startsWith('x-ignore-') && field !== 'bucket',
  );
  if (extra.length > 0) throw refused(`Extra input fields: ${extra.join(', ')}`);
}

/** A list of content types must begin so in each of its members. */
const startsWith = (field: string, given: string, value: string): boolean =>
  field === 'content-type' ? given.split(',').every((one) => one.trim().startsWith(value)) : given.startsWith(value);
