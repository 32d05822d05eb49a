import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FUNCTION_ENV, FUNCTIONS } from '../../adapters/env.ts';
import { bundleFunctions } from '../../lib/bundle.ts';

/** Visitors wait for its cold start, and that grows with what has to be parsed. */
const REDIRECT_LIMIT_BYTES = 160_000;

const bundled = async (): Promise<string> => {
  const folder = mkdtempSync(join(tmpdir(), 'signpost-bundle-test-'));
  await bundleFunctions(folder);
  return folder;
};
let functionsDir: string;
beforeAll(async () => {
  functionsDir = await bundled();
});

it('makes the same bytes from the same sources, so that an unchanged function is not deployed again', async () => {
  const again = await bundled();
  for (const name of FUNCTIONS) {
    const read = (dir: string, file: string) => readFileSync(join(dir, name, file), 'utf8');
    expect(read(again, 'index.mjs')).toBe(read(functionsDir, 'index.mjs'));
    expect(read(again, 'index.mjs.map')).toBe(read(functionsDir, 'index.mjs.map'));
  }
});

it.each(FUNCTIONS)('%s comes with a source map that does not carry the sources', (name) => {
  const map = JSON.parse(readFileSync(join(functionsDir, name, 'index.mjs.map'), 'utf8')) as {
    sourcesContent?: unknown;
  };
  expect(map.sourcesContent).toBeUndefined();
});

it('keeps the redirect to what a cold start can load at once', () => {
  expect(statSync(join(functionsDir, 'redirect', 'index.mjs')).size).toBeLessThanOrEqual(REDIRECT_LIMIT_BYTES);
});

// Sources that load in tests may still die as a bundle: a package that requires a built-in does so only there.
it('makes bundles that load as they stand and export a handler', () => {
  const env = Object.fromEntries(FUNCTIONS.flatMap((name) => FUNCTION_ENV[name].map((variable) => [variable, 'x'])));
  // Read while loading, so they must be what they claim.
  const readable = {
    CACHE_URL: 'none',
    SHORT_ORIGIN: 'https://s.example.com',
    MAX_ALIAS_LENGTH: '20',
    KEY_LEAD_S: '600',
    REGISTRATION: 'open',
    MAIL_FROM: 'Signpost <no-reply@example.com>',
  };
  // As Lambda's runtime has it for functions that stream.
  const script = `
    globalThis.awslambda = { streamifyResponse: (handler) => handler };
    for (const name of ${JSON.stringify(FUNCTIONS)}) {
      const { handler } = await import('${functionsDir}/' + name + '/index.mjs');
      console.log(name, typeof handler);
    }
    process.exit(0);`;
  const printed = execFileSync(process.execPath, ['--input-type=module', '--eval', script], {
    encoding: 'utf8',
    timeout: 20_000,
    env: { ...env, ...readable, AWS_REGION: 'eu-central-1', AWS_ACCESS_KEY_ID: 'x', AWS_SECRET_ACCESS_KEY: 'x' },
  });
  expect(printed.trim().split('\n')).toEqual(FUNCTIONS.map((name) => `${name} function`));
});
