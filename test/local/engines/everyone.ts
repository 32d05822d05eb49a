import type { Authorize } from '../../../local/engines/engine.ts';

/** For tests that are not about access. */
export const everyone: Authorize = () => ({ allowed: true });

export const CREDENTIALS = { accessKeyId: 'TEST', secretAccessKey: 'test' };

/** What every SDK client of these tests needs besides its endpoint. */
export const CLIENT = { region: 'us-east-1', credentials: CREDENTIALS, maxAttempts: 1 };
