import { Stack, Validations } from 'aws-cdk-lib/core';
import type { IConstruct } from 'constructs';

/**
 * Accepts one finding of `npm run validate` on one construct, with the reason a reviewer will read.
 * `rule` is the finding's id as the report prints it after `::`, for example `AwsSolutions-S1`.
 */
export function acceptFinding(construct: IConstruct, rule: string, reason: string): void {
  Validations.of(construct).acknowledge({ id: rule, reason });
}

/** The same for several findings that one construct always has. */
export function acceptFindings(construct: IConstruct, reasons: Readonly<Record<string, string>>): void {
  for (const [rule, reason] of Object.entries(reasons)) acceptFinding(construct, rule, reason);
}

/** Accepts that a role names a resource with a star, also one of another stack. */
export function acceptWildcard(role: IConstruct, arn: string, reason: string): void {
  // What a resource of another stack is called is known when the app is whole, right before it is looked through.
  role.node.addValidation({
    validate() {
      const resource = plainText(Stack.of(role).resolve(arn));
      acceptFinding(role, `AwsSolutions-IAM5[Resource::${resource}]`, reason);
      return [];
    },
  });
}

/** Template values as findings print them: `<Bucket.Arn>/clicks/*`, or the reference as JSON where it leads to another stack. */
function plainText(value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value);
  const { Ref, 'Fn::GetAtt': attribute, 'Fn::Join': join } = value as Readonly<Record<string, unknown>>;
  if (typeof Ref === 'string') return `<${Ref}>`;
  if (Array.isArray(attribute)) return `<${attribute.join('.')}>`;
  if (!Array.isArray(join)) return JSON.stringify(value);
  const [separator, parts] = join as [string, readonly unknown[]];
  return parts.map(plainText).join(separator);
}
