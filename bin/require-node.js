// Preloaded by every npm script (`node --import ./bin/require-node.js …`), in plain JavaScript so that an old
// Node can still read it: Signpost runs TypeScript as it stands and hashes passwords with crypto.argon2.
const REQUIRED_MAJOR = 24;
const runningMajor = Number(process.versions.node.split('.')[0]);
if (runningMajor < REQUIRED_MAJOR) {
  console.error(
    `Signpost needs Node ${REQUIRED_MAJOR}, but this is ${process.version}. ` +
      '`npm ci` brings its own on x64 and arm64 Linux unless it was told to omit optional packages; ' +
      `elsewhere install Node ${REQUIRED_MAJOR} and run the command again.`,
  );
  process.exit(1);
}
