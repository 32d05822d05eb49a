import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Stack, type StackProps } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { Recurring } from '../constructs/recurring.ts';
import { ReportsWorkflow } from '../constructs/reports-workflow.ts';
import { ServiceFunction } from '../constructs/service-function.ts';
import type { Lake, Surroundings } from '../constructs/surroundings.ts';

/** The first of each month, when the last clicks of the month before have long come to the lake. */
const MONTHLY = 'cron(0 6 1 * ? *)';

/** Reports on clicks: who takes the orders, the workflow that makes them, and those that nobody needs to order. Knows no door. */
export class ReportsStack extends Stack {
  readonly workflow: StateMachine;
  readonly reports: IFunction;
  readonly usageReports: IFunction;

  constructor(
    scope: Construct,
    id: string,
    props: StackProps & { surroundings: Surroundings & { readonly lake: Lake } },
  ) {
    super(scope, id, props);
    const reportFile = new ServiceFunction(this, 'report-file', props.surroundings).lambda;
    this.workflow = new ReportsWorkflow(this, 'ReportRuns', props.surroundings, reportFile).machine;
    const surroundings = { ...props.surroundings, workflows: { reports: this.workflow } };
    this.reports = new ServiceFunction(this, 'reports', surroundings).lambda;
    this.usageReports = new ServiceFunction(this, 'usage-reports', surroundings).lambda;
    new Recurring(this, 'UsageReportsMonthly', this.usageReports, MONTHLY);
  }
}
