import { functionArn, IDENTITIES, type Identity } from './identity-table.ts';
import type { Identities } from './intrinsics.ts';
import type { Located, Stack } from './template.ts';

/** Name of the function in a function, version or alias ARN, also where the ARN is inside an invocation URI. */
export function functionNameOf(text: string): string | null {
  return /:lambda:[^:]+:\d+:function:([^:/]+)/.exec(text)?.[1] ?? null;
}

export type DoorDomains = {
  /** `localhost:4001`: what a distribution's own domain name is on the laptop. Undefined where no door plays it. */
  distributionDomain(located: Located): string | undefined;
};

/**
 * Physical names, `Ref` and `Fn::GetAtt` of every resource. The physical name is the one the template insists on,
 * else the logical id (in a stack that is not the first to use that id: id, hyphen, stack name).
 */
export function createIdentities(
  stacks: readonly Stack[],
  resolve: (stack: Stack, value: unknown) => unknown,
  doors: DoorDomains,
): Identities & { physicalName(located: Located): string } {
  const firstStack = new Map<string, Stack>();
  for (const stack of stacks) {
    for (const logicalId of Object.keys(stack.template.Resources ?? {})) {
      if (!firstStack.has(logicalId)) firstStack.set(logicalId, stack);
    }
  }

  function physicalName({ stack, logicalId, resource }: Located): string {
    const nameProperty = IDENTITIES[resource.Type]?.nameProperty;
    const given = nameProperty === undefined ? undefined : resolve(stack, resource.Properties?.[nameProperty]);
    if (typeof given === 'string' && given !== '') return given;
    return firstStack.get(logicalId) === stack ? logicalId : `${logicalId}-${stack.name}`;
  }

  /** Versions and aliases are the function itself: the laptop runs one version, the newest. */
  const functionOfVersion = ({ stack, resource }: Located): string => {
    const nameOrArn = String(resolve(stack, resource.Properties?.['FunctionName']));
    return functionArn(functionNameOf(nameOrArn) ?? nameOrArn);
  };

  return {
    physicalName,
    ref(located) {
      if (isVersionOrAlias(located)) return versionArn(located, functionOfVersion(located));
      const name = physicalName(located);
      return (IDENTITIES[located.resource.Type]?.ref ?? String)(name);
    },
    attribute(located, attribute) {
      const { Type } = located.resource;
      if (Type === 'AWS::CloudFront::Distribution' && attribute === 'DomainName') {
        return doors.distributionDomain(located);
      }
      if (isVersionOrAlias(located) && attribute.endsWith('Arn'))
        return versionArn(located, functionOfVersion(located));
      const attributes = IDENTITIES[Type]?.attributes ?? ID_ONLY;
      return attributes[attribute]?.(physicalName(located));
    },
  };
}

/** What types without an entry answer: CloudFront policies, access controls and the like are known by `Id`. */
const ID_ONLY: NonNullable<Identity['attributes']> = { Id: (name) => name };

const isVersionOrAlias = ({ resource }: Located): boolean =>
  resource.Type === 'AWS::Lambda::Version' || resource.Type === 'AWS::Lambda::Alias';

const versionArn = ({ resource }: Located, arn: string): string =>
  resource.Type === 'AWS::Lambda::Version' ? `${arn}:1` : `${arn}:${String(resource.Properties?.['Name'])}`;
