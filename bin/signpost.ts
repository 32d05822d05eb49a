import { buildApp } from '../lib/app.ts';
import { bundleFunctions, FUNCTIONS_DIR } from '../lib/bundle.ts';
import { settingsFor } from '../lib/config.ts';

bundleFunctions();
buildApp(settingsFor('dev'), { functionsDir: FUNCTIONS_DIR }).synth();
