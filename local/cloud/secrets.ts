import { generateSecret, PUNCTUATION } from '../engines/generated-secret.ts';
import { currentValue } from '../engines/secret.ts';
import type { SecretStore } from '../engines/secret-store.ts';
import type { Cloud, CloudResource } from './cloud.ts';
import { type RotationPlan, rotationOf } from './rotations.ts';

/** A secret whose first value is made as `GenerateSecretString` says, or stands in the template. */
export type SecretPlan = {
  readonly name: string;
  readonly arn: string;
  readonly description: string | null;
  readonly literal: string | null;
  readonly lengthChars: number;
  /** Characters that must not be in it. */
  readonly exclude: string;
  /** With a template, the value is that JSON object with the generated text as this member. */
  readonly template: { readonly json: string; readonly member: string } | null;
};

/** A secret with what renews it. */
export type KeptSecretPlan = SecretPlan & { readonly rotation: RotationPlan | null };

const UPPER_CASE = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';
const DEFAULT_LENGTH_CHARS = 32;

export const secretsOf = (cloud: Cloud): readonly KeptSecretPlan[] =>
  cloud
    .ofType('AWS::SecretsManager::Secret')
    .map((secret) => ({ ...secretOf(secret), rotation: rotationOf(secret, cloud) }));

export function secretOf(secret: CloudResource): SecretPlan {
  const { name, properties } = secret;
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
    arn: secret.ref(),
    description: properties.textOr('Description', null),
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

/** The secret's current value; its first one is made now if nobody asked before. */
export const valueOfSecret = (plan: SecretPlan, store: SecretStore): string =>
  currentValue(store.ensure(plan.name, () => firstValue(plan)));

function firstValue({ literal, template, lengthChars, exclude }: SecretPlan): string {
  if (literal !== null) return literal;
  const generated = generateSecret({ lengthChars, exclude });
  if (template === null) return generated;
  const value = JSON.parse(template.json) as Readonly<Record<string, unknown>>;
  return JSON.stringify({ ...value, [template.member]: generated });
}
