/**
 * The CDK app. Its context (`-c key=value` on the command line, or `context` in cdk.json):
 *
 * - `stage`: `dev` (default) or `prod`, see lib/config.ts
 * - `signpost`: settings that replace the stage's own, as JSON:
 *   `-c signpost='{"cache":{"mode":"public"},"alarmEmail":"ops@example.com"}'`
 * - `checks`: `true` adds the rules of lib/checks.ts, as `npm run validate` does
 */
import { App } from 'aws-cdk-lib/core';
import { buildApp } from '../lib/app.ts';
import { bundleFunctions, FUNCTIONS_DIR } from '../lib/bundle.ts';
import { addChecks } from '../lib/checks.ts';
import { type SettingsOverrides, settingsFor } from '../lib/config.ts';

// The command line hands the context to the first app that asks for it; this one is only asked.
const context = new App({ autoSynth: false }).node;
const stage = String(context.tryGetContext('stage') ?? 'dev');
const given: unknown = context.tryGetContext('signpost') ?? {};
const overrides = (typeof given === 'string' ? JSON.parse(given) : given) as SettingsOverrides;

await bundleFunctions();
const app = buildApp(settingsFor(stage, overrides), { functionsDir: FUNCTIONS_DIR });
if (String(context.tryGetContext('checks')) === 'true') addChecks(app);
app.synth();
