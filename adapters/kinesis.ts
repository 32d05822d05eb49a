import { KinesisClient } from '@aws-sdk/client-kinesis';

/** Without a limit a call that hangs would be waited for until the function runs out of time, half a minute later. */
const REQUEST_TIMEOUT_MS = 2_000;
/** A connection that was silent this long is opened anew: behind a dead one every call would hang. */
const SESSION_TIMEOUT_MS = 5_000;

/** The SDK's Kinesis client. The redirect has its own, see `click-stream.ts`. */
export const kinesisClient = (): KinesisClient =>
  new KinesisClient({
    requestHandler: { requestTimeout: REQUEST_TIMEOUT_MS, sessionTimeout: SESSION_TIMEOUT_MS },
  });
