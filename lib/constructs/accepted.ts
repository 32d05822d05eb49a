import { Validations } from 'aws-cdk-lib/core';
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
