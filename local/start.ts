import { parseArgs } from 'node:util';

/**
 * `npm start`: the whole of Signpost on this machine.
 *
 *   --ephemeral    keep nothing, for tests
 *   --reset        delete the data folder's data first
 *   --empty        no demo links (the demo workspaces and their keys are always made)
 *   --data FOLDER  another data folder than .signpost
 *
 * `PORT` and `SHORT_PORT` choose the ports (4000 and 4001). Whatever cannot work is one sentence on stderr and exit 1.
 */
type Flags = { readonly ephemeral: boolean; readonly reset: boolean; readonly empty: boolean; readonly data: string };

process.env['TZ'] = 'UTC';

function flags(): Flags {
  const { values } = parseArgs({
    options: {
      ephemeral: { type: 'boolean', default: false },
      reset: { type: 'boolean', default: false },
      empty: { type: 'boolean', default: false },
      data: { type: 'string', default: '.signpost' },
    },
  });
  return values;
}

function portFrom(variable: string, otherwise: number): number {
  const text = process.env[variable];
  if (text === undefined || text === '') return otherwise;
  const port = Number(text);
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return port;
  throw new Error(`${variable}=${text} is not a port; give a number from 0 to 65535.`);
}

async function start(): Promise<void> {
  const startedAtMs = performance.now();
  const { ephemeral, reset, empty, data } = flags();
  const ports = { appPort: portFrom('PORT', 4000), shortPort: portFrom('SHORT_PORT', 4001) };
  const { resetDataFolder } = await import('./data-folder.ts');
  if (reset && !ephemeral) resetDataFolder(data);

  const { startLaptop } = await import('./laptop.ts');
  const laptop = await startLaptop({ dataDir: ephemeral ? null : data, ...ports, onProgress: say });
  stopOnSignal(() => laptop.close());
  const { seed } = await import('./seed.ts');
  const demo = await seed(laptop, { empty });
  const { banner } = await import('./banner.ts');
  console.log(banner(laptop, demo, performance.now() - startedAtMs, ephemeral));
}

const say = (step: string): void => console.log(`… ${step}`);

/** The first signal stops cleanly, the second at once. */
function stopOnSignal(stop: () => Promise<void>): void {
  let isStopping = false;
  const onSignal = (): void => {
    if (isStopping) process.exit(130);
    isStopping = true;
    say('stopping');
    stop().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
}

start().catch((error: unknown) => {
  console.error(`Signpost could not start: ${error instanceof Error ? error.message : String(error)}`);
  process.exit(1);
});
