import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FUNCTIONS } from '../../adapters/env.ts';
import { buildApp } from '../../lib/app.ts';
import { type SettingsOverrides, type StageSettings, settingsFor } from '../../lib/config.ts';

export type Properties = Readonly<Record<string, unknown>>;
export type Resource = {
  /** `data`, `visitors` …: the stack's name without `signpost-<stage>-`. */
  readonly stack: string;
  readonly id: string;
  readonly type: string;
  /** With every reference replaced by a readable name, see `plain`. */
  readonly properties: Properties;
  readonly deletionPolicy: string | undefined;
};
export type Assembly = {
  readonly settings: StageSettings;
  readonly stacks: readonly { readonly name: string; readonly terminationProtection: boolean }[];
  readonly resources: readonly Resource[];
  /** `accounts.AdminCommand` and its like. */
  readonly outputs: ReadonlyMap<string, string>;
  ofType(type: string): readonly Resource[];
  /** The one resource of a type whose logical id starts so. Throws when there is none or another one. */
  one(type: string, idPrefix: string): Resource;
};

type RawResource = { Type: string; Properties?: Properties; DeletionPolicy?: string };
type Template = { Resources?: Record<string, RawResource>; Outputs?: Record<string, { Value: unknown }> };
type Templates = ReadonlyMap<string, Template>;

/** Stands in for the bundles: what is in a function does not change what surrounds it. */
export function emptyBundles(): string {
  const functionsDir = mkdtempSync(join(tmpdir(), 'signpost-bundles-'));
  for (const name of FUNCTIONS) {
    mkdirSync(join(functionsDir, name));
    writeFileSync(join(functionsDir, name, 'index.mjs'), `export const handler = async () => '${name}';\n`);
  }
  return functionsDir;
}

const known = new Map<string, Assembly>();

/** The templates of a stage, synthesized once per test file. */
export function assemblyOf(stage: string, overrides: SettingsOverrides = {}): Assembly {
  const key = JSON.stringify([stage, overrides]);
  const assembly = known.get(key) ?? synthesize(settingsFor(stage, overrides));
  known.set(key, assembly);
  return assembly;
}

function synthesize(settings: StageSettings): Assembly {
  const { stacks } = buildApp(settings, { functionsDir: emptyBundles() }).synth();
  const templates: Templates = new Map(stacks.map(({ stackName, template }) => [stackName, template as Template]));
  const resources = [...templates].flatMap(([stackName, template]) =>
    Object.entries(template.Resources ?? {}).map(([id, { Type, Properties = {}, DeletionPolicy }]) => ({
      stack: stackName.replace(`signpost-${settings.stage}-`, ''),
      id,
      type: Type,
      properties: plain(Properties, templates) as Properties,
      deletionPolicy: DeletionPolicy,
    })),
  );
  const ofType = (type: string) => resources.filter((resource) => resource.type === type);
  return {
    settings,
    stacks: stacks.map(({ stackName, terminationProtection }) => ({
      name: stackName.replace(`signpost-${settings.stage}-`, ''),
      terminationProtection: terminationProtection ?? false,
    })),
    resources,
    outputs: new Map(
      [...templates].flatMap(([stackName, { Outputs = {} }]) =>
        Object.entries(Outputs).map(([name, { Value }]) => [
          `${stackName.replace(`signpost-${settings.stage}-`, '')}.${name}`,
          String(plain(Value, templates)),
        ]),
      ),
    ),
    ofType,
    one(type, idPrefix) {
      const [found, ...others] = ofType(type).filter(({ id }) => id.startsWith(idPrefix));
      if (found === undefined || others.length > 0)
        throw new Error(`${type} ${idPrefix}: ${found ? 'several' : 'none'}`);
      return found;
    },
  };
}

/**
 * A template value with its references made readable: `Ref` → `<Id>`, `Fn::GetAtt` → `<Id.Attribute>`, pseudo
 * parameters → `<AWS::Region>`; a reference to another stack reads like one to the same stack.
 */
function plain(value: unknown, templates: Templates): unknown {
  const inner = (part: unknown): unknown => plain(part, templates);
  if (Array.isArray(value)) return value.map(inner);
  if (typeof value !== 'object' || value === null) return value;
  const [[name, argument] = ['', undefined], ...more] = Object.entries(value);
  if (more.length === 0) {
    if (name === 'Ref') return `<${String(argument)}>`;
    if (name === 'Fn::GetAtt') return `<${(argument as string[]).join('.')}>`;
    if (name === 'Fn::Join') {
      const [separator, parts] = argument as [string, unknown[]];
      return parts.map((part) => String(inner(part))).join(separator);
    }
    if (name === 'Fn::Sub') return argument;
    if (name === 'Fn::GetStackOutput') {
      const { StackName, OutputName } = argument as { StackName: string; OutputName: string };
      return plain(templates.get(StackName)?.Outputs?.[OutputName]?.Value, templates);
    }
  }
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, inner(part)]));
}
