import type { SecretRecipe, Secrets } from '../engines/secrets.ts';
import type { CloudResource } from './cloud.ts';

/** A secret whose value is made when it is first asked for, as `GenerateSecretString` says; or the literal value. */
export type SecretPlan = {
  readonly name: string;
  readonly literal: string | null;
  readonly lengthChars: number;
  /** Characters that must not be in it. */
  readonly exclude: string;
  /** With a template, the value is that JSON object with the generated text as this member. */
  readonly template: { readonly json: string; readonly member: string } | null;
};

const PUNCTUATION = '!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~';
const UPPER_CASE = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';
const DEFAULT_LENGTH_CHARS = 32;

export function secretOf({ name, properties }: CloudResource): SecretPlan {
  const generate = properties.inner('GenerateSecretString');
  const excluded = [
    generate.textOr('ExcludeCharacters', ''),
    generate.flag('ExcludePunctuation') ? PUNCTUATION : '',
    generate.flag('ExcludeNumbers') ? '0123456789' : '',
    generate.flag('ExcludeUppercase') ? UPPER_CASE : '',
    generate.flag('ExcludeLowercase') ? UPPER_CASE.toLowerCase() : '',
  ];
  const json = generate.textOr('SecretStringTemplate', null);
  return {
    name,
    literal: properties.textOr('SecretString', null),
    lengthChars: generate.numberOr('PasswordLength', DEFAULT_LENGTH_CHARS),
    exclude: excluded.join(''),
    template: json === null ? null : { json, member: generate.text('GenerateStringKey') },
  };
}

/** Member of a secret whose value is a JSON object. Throws where there is no such member. */
export function memberOf(secretValue: string, jsonKey: string): string {
  const value: unknown = JSON.parse(secretValue);
  const member = (value as Readonly<Record<string, unknown>> | null)?.[jsonKey];
  if (typeof member !== 'string') throw new Error(`The secret has no member "${jsonKey}".`);
  return member;
}

/** The secret's whole value, from Secrets Manager's stand-in where it is not written in the template. */
export function valueOfSecret(plan: SecretPlan, secrets: Secrets): string {
  if (plan.literal !== null) return plan.literal;
  const recipe: SecretRecipe = { length: plan.lengthChars, exclude: plan.exclude };
  const generated = secrets.valueOf(plan.name, recipe);
  if (plan.template === null) return generated;
  const value = JSON.parse(plan.template.json) as Readonly<Record<string, unknown>>;
  return JSON.stringify({ ...value, [plan.template.member]: generated });
}
