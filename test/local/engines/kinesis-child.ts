// A Kinesis in a process of its own, for tests that kill it: tells its URL and lives until then.
import { startKinesis } from '../../../local/engines/kinesis.ts';

const engine = await startKinesis({ dataDir: process.argv[2], authorize: () => ({ allowed: true }) });
await engine.createStream({ name: 'clicks', shards: 2, retentionHours: 24 });
process.send?.(engine.url);
