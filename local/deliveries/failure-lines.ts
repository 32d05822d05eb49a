import type { FailedRecord } from './transform.ts';

/** Failed records in Firehose's own form: one line of JSON each, with the record itself in `rawData`. */
export const failureLines = (failures: readonly FailedRecord[], functionArn: string, nowMs: number): Buffer =>
  Buffer.from(
    failures
      .map(({ errorType, arrivedAtMs, attempts, code, message, raw }) => {
        const rawData = raw.toString('base64');
        const times = { attemptsMade: attempts, arrivalTimestamp: arrivedAtMs, attemptEndingTimestamp: nowMs };
        const line =
          errorType === 'processing-failed'
            ? { ...times, errorCode: code, errorMessage: message, rawData, lambdaArn: functionArn }
            : { ...times, lastErrorCode: code, lastErrorMessage: message, rawData };
        return `${JSON.stringify(line)}\n`;
      })
      .join(''),
  );
