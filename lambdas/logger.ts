import { Logger } from '@aws-lambda-powertools/logger';

/** One structured logger per function. It logs what went wrong and the request id, never bodies, headers or addresses. */
export const functionLogger = (serviceName: string): Logger => new Logger({ serviceName, logLevel: 'WARN' });
