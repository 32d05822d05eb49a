import { type App, Validations } from 'aws-cdk-lib/core';
import { AwsSolutionsChecks, ServerlessChecks } from 'cdk-nag';

/**
 * Adds AWS's own good-practice rules to the synthesis: a finding that no construct acknowledges with its reason fails it.
 * Kept out of `buildApp` because the rules triple the time of a synthesis and only ever change with the code.
 */
export function addChecks(app: App): void {
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app), new ServerlessChecks(app));
}
