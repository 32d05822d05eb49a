// An S3 in a process of its own, for tests that kill it: tells its URL and lives until then.
import { startS3 } from '../../../local/engines/s3.ts';

const engine = await startS3({
  root: process.argv[2] ?? '',
  isDurable: true,
  buckets: [{ name: 'lake', cors: [], expiry: [] }],
  authorize: () => ({ allowed: true }),
  secretFor: () => 'test',
});
process.send?.(engine.url);
