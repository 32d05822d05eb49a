import { Alarm, ComparisonOperator, type IMetric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';

/** The page every alarm points into; a test checks that each alarm's section is there. */
export const RUNBOOKS = 'docs/operations/runbooks.md';

export type AlarmFacts = {
  /** Its section of the runbooks is the same in words: `RedirectErrors` is `## Redirect errors`, `#redirect-errors`. */
  readonly name: string;
  /** One sentence for the person it wakes: what visitors or customers notice. */
  readonly means: string;
  readonly metric: IMetric;
  /** Rings at or above this; below it, where the alarm is for something that must go on happening. */
  readonly threshold: number;
  /** The metric is of something that must go on happening: below the threshold it rings, and so does silence. */
  readonly mustGoOn?: true;
  /** Periods that must all be bad. */
  readonly periods: number;
};

/** `RedirectErrors` → `redirect-errors`, the anchor of `## Redirect errors`. */
export const anchorOf = (name: string): string => name.replaceAll(/(?<=[a-z0-9])(?=[A-Z])/g, '-').toLowerCase();

const SILENCE_IS_GOOD = {
  comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
  treatMissingData: TreatMissingData.NOT_BREACHING,
};
const SILENCE_RINGS = {
  comparisonOperator: ComparisonOperator.LESS_THAN_THRESHOLD,
  treatMissingData: TreatMissingData.BREACHING,
};

/** Alarms that tell one topic when they ring and when they stop. No data is good news mostly: nobody is visiting. */
export class AlarmSet extends Construct {
  readonly alarms: readonly Alarm[];

  constructor(scope: Construct, id: string, namePrefix: string, topic: ITopic, facts: readonly AlarmFacts[]) {
    super(scope, id);
    const action = new SnsAction(topic);
    this.alarms = facts.map(({ name, means, metric, threshold, periods, mustGoOn }) => {
      const alarm = new Alarm(this, name, {
        alarmName: `${namePrefix}-${anchorOf(name)}`,
        alarmDescription: `${means} What to do: ${RUNBOOKS}#${anchorOf(name)}`,
        metric,
        threshold,
        evaluationPeriods: periods,
        ...(mustGoOn === true ? SILENCE_RINGS : SILENCE_IS_GOOD),
      });
      alarm.addAlarmAction(action);
      alarm.addOkAction(action);
      return alarm;
    });
  }
}
