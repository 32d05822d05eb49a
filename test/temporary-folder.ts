import { openTemporaryFolder } from '../local/engines/temporary-folder.ts';

/**
 * All temporary folders of a run of tests or benches, the CDK's and those of killed programs among them, lie in one folder,
 * which goes with the run. Children inherit the variable, Jest's workers too.
 */
export default function keepTogether(): void {
  const { path, close } = openTemporaryFolder('tests');
  process.env['TMPDIR'] = path;
  process.once('exit', close);
}
