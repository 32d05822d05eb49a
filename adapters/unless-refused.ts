import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';

/** Waits for a write of which it is fine that its condition does not hold: then it was done before, or is not needed. */
export async function unlessRefused(write: Promise<unknown>): Promise<void> {
  try {
    await write;
  } catch (error) {
    if (!(error instanceof ConditionalCheckFailedException)) throw error;
  }
}
