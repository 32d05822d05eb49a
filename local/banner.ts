import { relative } from 'node:path';
import { STAND_INS } from './cloud/stand-ins.ts';
import type { Laptop } from './laptop.ts';
import { type Demo, demoPath } from './seed.ts';

/** What `npm start` prints when everything answers. */
export function banner(laptop: Laptop, demo: Demo, readyAfterMs: number, isEphemeral: boolean): string {
  const width = Math.max(...STAND_INS.map(([service]) => service.length));
  return `
Signpost is running (${(readyAfterMs / 1000).toFixed(1)} s).

  App and API     ${demo.app}    docs: ${demo.app}/docs
  Short domain    ${demo.short}
  Sign in as      ${demo.email}    password: ${demo.password}
  API key         ${demo.api_key}    (no tight limits)
  Free plan key   ${demo.free_api_key}
  The same facts  ${shortestPath(demoPath(laptop))}
  Mails           ${shortestPath(laptop.outboxPath)}    (one file each, nothing is sent)
  Data            ${isEphemeral ? 'in memory, gone when you stop' : 'kept; start over with --reset'}

${STAND_INS.map(([service, standIn]) => `  ${service.padEnd(width)}  ${standIn}`).join('\n')}

Stop with Ctrl-C.
`;
}

/** As seen from here, where that is shorter. */
const shortestPath = (path: string): string =>
  [path, relative(process.cwd(), path)].sort((one, other) => one.length - other.length)[0] ?? path;
