// A Secrets Manager in a process of its own, for tests that kill it: tells its URL and lives until then.
import { openSecretStore } from '../../../local/engines/secret-store.ts';
import { startSecretsManager } from '../../../local/engines/secrets-manager.ts';

const store = openSecretStore({ dataDir: process.argv[2] ?? '' });
store.ensure('Keys', () => 'first value');
const keys = { name: 'Keys', arn: 'arn:aws:secretsmanager:keys', description: null, rotation: null };
const engine = await startSecretsManager({ store, secrets: [keys], authorize: () => ({ allowed: true }) });
process.send?.(engine.url);
