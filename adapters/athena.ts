import { AthenaClient } from '@aws-sdk/client-athena';

/** Every call answers at once, also where the query behind it takes minutes. */
const REQUEST_TIMEOUT_MS = 5_000;
const CONNECTION_TIMEOUT_MS = 1_000;

/** The SDK's Athena client. */
export const athenaClient = (): AthenaClient =>
  new AthenaClient({
    maxAttempts: 5,
    requestHandler: {
      requestTimeout: REQUEST_TIMEOUT_MS,
      throwOnRequestTimeout: true,
      connectionTimeout: CONNECTION_TIMEOUT_MS,
    },
  });
