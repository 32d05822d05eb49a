// Holds a temporary folder in a process of its own, for a test that kills it.
import { openTemporaryFolder } from '../../../local/engines/temporary-folder.ts';

process.send?.(openTemporaryFolder(process.argv[2] ?? '').path);
setInterval(() => undefined, 1_000);
