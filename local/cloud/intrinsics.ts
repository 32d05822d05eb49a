import { pseudoParameter, REGION } from './account.ts';
import type { Located, Stack } from './template.ts';

/**
 * What a resource answers to `Ref` and `Fn::GetAtt`. Both return undefined for what the laptop does not know,
 * and the resolver turns that into an error that names the reference.
 */
export type Identities = {
  ref(located: Located): string | undefined;
  attribute(located: Located, attribute: string): unknown;
};

/** Value of a secret (`jsonKey` null: the whole string) for `{{resolve:secretsmanager:…}}`. */
export type SecretValue = (secretId: string, jsonKey: string | null) => string;

export type Resolver = {
  /** The value with every intrinsic replaced. Throws an Error that names the stack and the reference it cannot follow. */
  resolve(stack: Stack, value: unknown): unknown;
  /** Whether a named condition of the stack holds. */
  holds(stack: Stack, conditionName: string): boolean;
};

/** `AWS::NoValue`: the member or element that holds it is left out. */
const NO_VALUE = Symbol('AWS::NoValue');

type Args = readonly unknown[];
type Intrinsic = (stack: Stack, argument: unknown) => unknown;

/**
 * Resolves CloudFormation intrinsics over several stacks at once, lazily: only what is asked for is followed, so a
 * reference in a resource that nothing stands in for cannot fail.
 */
export function createResolver(stacks: readonly Stack[], identities: Identities, secretValue: SecretValue): Resolver {
  const resolve = (stack: Stack, value: unknown): unknown => {
    const resolved = follow(stack, value);
    return resolved === NO_VALUE ? undefined : resolved;
  };

  function follow(stack: Stack, value: unknown): unknown {
    if (typeof value === 'string') return withSecrets(value, secretValue);
    if (Array.isArray(value)) return value.map((item) => follow(stack, item)).filter((item) => item !== NO_VALUE);
    if (typeof value !== 'object' || value === null) return value;
    const entries = Object.entries(value);
    const [name, argument] = entries[0] ?? [];
    if (entries.length === 1 && name !== undefined && isIntrinsic(name)) {
      const intrinsic = intrinsics[name];
      if (intrinsic === undefined) throw new Error(`${stack.name}: the laptop does not know the intrinsic ${name}.`);
      return intrinsic(stack, argument);
    }
    const members = entries.map(([key, member]) => [key, follow(stack, member)] as const);
    return Object.fromEntries(members.filter(([, member]) => member !== NO_VALUE));
  }

  const strings = (stack: Stack, value: unknown): string => {
    const text = follow(stack, value);
    if (typeof text === 'string' || typeof text === 'number' || typeof text === 'boolean') return String(text);
    throw new Error(`${stack.name}: expected text where ${JSON.stringify(value)} stands.`);
  };

  const list = (stack: Stack, value: unknown): Args => {
    const items = follow(stack, value);
    if (!Array.isArray(items)) throw new Error(`${stack.name}: expected a list where ${JSON.stringify(value)} stands.`);
    return items;
  };

  function ref(stack: Stack, name: string): unknown {
    if (name === 'AWS::NoValue') return NO_VALUE;
    const pseudo = pseudoParameter(name, stack.name);
    if (pseudo !== undefined) return pseudo;
    const parameter = stack.template.Parameters?.[name];
    if (parameter !== undefined) return follow(stack, parameter.Default ?? '');
    const located = locate(stack, name);
    if (located === null) throw new Error(`${stack.name}: Ref to "${name}", which is not in the template.`);
    const id = identities.ref(located);
    if (id === undefined) {
      throw new Error(`${stack.name}: the laptop does not know the Ref of ${located.resource.Type} (${name}).`);
    }
    return id;
  }

  function attributeOf(stack: Stack, logicalId: string, attribute: string): unknown {
    const located = locate(stack, logicalId);
    if (located === null) throw new Error(`${stack.name}: Fn::GetAtt of "${logicalId}", which is not in the template.`);
    const value = identities.attribute(located, attribute);
    if (value === undefined) {
      throw new Error(
        `${stack.name}: the laptop does not know ${attribute} of ${located.resource.Type} (${logicalId}).`,
      );
    }
    return value;
  }

  function getAtt(stack: Stack, argument: unknown): unknown {
    const [logicalId, ...attribute] = Array.isArray(argument) ? argument : String(argument).split('.');
    return attributeOf(stack, String(logicalId), attribute.map((part) => strings(stack, part)).join('.'));
  }

  function substitute(stack: Stack, argument: unknown): string {
    const [text, locals] = Array.isArray(argument) ? argument : [argument, {}];
    const own = new Map(Object.entries(locals as Record<string, unknown>));
    return String(text).replaceAll(/\$\{(!?)([^}]+)\}/g, (_whole, literal: string, name: string) => {
      if (literal === '!') return `\${${name}}`;
      if (own.has(name)) return strings(stack, own.get(name));
      const [logicalId, ...attribute] = name.trim().split('.');
      return attribute.length === 0
        ? strings(stack, { Ref: logicalId })
        : strings(stack, { 'Fn::GetAtt': [logicalId, attribute.join('.')] });
    });
  }

  function holds(stack: Stack, conditionName: string): boolean {
    const condition = stack.template.Conditions?.[conditionName];
    if (condition === undefined) throw new Error(`${stack.name}: there is no condition "${conditionName}".`);
    return isTrue(follow(stack, condition));
  }

  function exported(name: string): unknown {
    for (const stack of stacks) {
      for (const output of Object.values(stack.template.Outputs ?? {})) {
        if (output.Export !== undefined && strings(stack, output.Export.Name) === name)
          return follow(stack, output.Value);
      }
    }
    throw new Error(`No stack exports "${name}".`);
  }

  function stackOutput(stack: Stack, argument: unknown): unknown {
    const { StackName, OutputName } = argument as { StackName: unknown; OutputName: unknown };
    const stackName = strings(stack, StackName);
    // CDK names the other stack by its name; CloudFormation also accepts its id (an ARN with the name in it).
    const other = stacks.find(({ name }) => name === stackName || stackName.includes(`:stack/${name}/`));
    const output = other?.template.Outputs?.[strings(stack, OutputName)];
    if (other === undefined || output === undefined) {
      throw new Error(`${stack.name}: stack "${stackName}" has no output "${strings(stack, OutputName)}".`);
    }
    return follow(other, output.Value);
  }

  function select(stack: Stack, argument: unknown): unknown {
    const [index, items] = argument as [unknown, unknown];
    const chosen = list(stack, items)[Number(strings(stack, index))];
    if (chosen === undefined)
      throw new Error(`${stack.name}: Fn::Select ${JSON.stringify(index)} is outside its list.`);
    return chosen;
  }

  function findInMap(stack: Stack, argument: unknown): unknown {
    const [map, top, second] = (argument as Args).map((key) => strings(stack, key));
    const value = stack.template.Mappings?.[map ?? '']?.[top ?? '']?.[second ?? ''];
    if (value === undefined) throw new Error(`${stack.name}: Fn::FindInMap finds nothing at ${map}.${top}.${second}.`);
    return follow(stack, value);
  }

  const intrinsics: Readonly<Record<string, Intrinsic | undefined>> = {
    Ref: (stack, name) => ref(stack, String(name)),
    Condition: (stack, name) => holds(stack, String(name)),
    'Fn::GetAtt': getAtt,
    'Fn::Sub': (stack, argument) => withSecrets(substitute(stack, argument), secretValue),
    'Fn::Join': (stack, argument) => {
      const [separator, items] = argument as [unknown, unknown];
      const joined = list(stack, items).map((item) => strings(stack, item));
      return withSecrets(joined.join(String(separator)), secretValue);
    },
    'Fn::Select': select,
    'Fn::Split': (stack, argument) => {
      const [separator, text] = argument as [unknown, unknown];
      return strings(stack, text).split(String(separator));
    },
    'Fn::If': (stack, argument) => {
      const [name, whenTrue, whenFalse] = argument as [unknown, unknown, unknown];
      return follow(stack, holds(stack, String(name)) ? whenTrue : whenFalse);
    },
    'Fn::Equals': (stack, argument) => {
      const [left, right] = argument as [unknown, unknown];
      return strings(stack, left) === strings(stack, right);
    },
    'Fn::And': (stack, conditions) => (conditions as Args).every((condition) => isTrue(follow(stack, condition))),
    'Fn::Or': (stack, conditions) => (conditions as Args).some((condition) => isTrue(follow(stack, condition))),
    'Fn::Not': (stack, conditions) => !isTrue(follow(stack, (conditions as Args)[0])),
    'Fn::FindInMap': findInMap,
    'Fn::Base64': (stack, text) => Buffer.from(strings(stack, text)).toString('base64'),
    'Fn::ImportValue': (stack, name) => exported(strings(stack, name)),
    'Fn::GetStackOutput': stackOutput,
    'Fn::GetAZs': () => ['a', 'b', 'c'].map((zone) => `${REGION}${zone}`),
    'Fn::Length': (stack, items) => list(stack, items).length,
    'Fn::ToJsonString': (stack, value) => JSON.stringify(follow(stack, value)),
  };

  return { resolve, holds };
}

function locate(stack: Stack, logicalId: string): Located | null {
  const resource = stack.template.Resources?.[logicalId];
  return resource === undefined ? null : { stack, logicalId, resource };
}

const isIntrinsic = (name: string): boolean => name === 'Ref' || name === 'Condition' || name.startsWith('Fn::');

const isTrue = (value: unknown): boolean => value === true || value === 'true';

/** `{{resolve:secretsmanager:<name or arn>:SecretString:<json key>:<stage>:<version>}}`; all but the id may be empty. */
const DYNAMIC_REFERENCE = /\{\{resolve:([^:}]+):(arn(?::[^:}]*){6}|[^:}]*)(?::SecretString)?(?::([^:}]*))?[^}]*\}\}/g;

function withSecrets(text: string, secretValue: SecretValue): string {
  if (!text.includes('{{resolve:')) return text;
  return text.replaceAll(DYNAMIC_REFERENCE, (reference, service: string, id: string, jsonKey?: string) => {
    if (service !== 'secretsmanager') throw new Error(`The laptop does not know the dynamic reference ${reference}.`);
    return secretValue(id, jsonKey === undefined || jsonKey === '' ? null : jsonKey);
  });
}
