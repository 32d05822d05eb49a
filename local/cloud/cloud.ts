import { createIdentities, type DoorDomains } from './identities.ts';
import { createResolver, type SecretValue } from './intrinsics.ts';
import { type Properties, propertiesOf } from './properties.ts';
import type { Located, Stack } from './template.ts';

/** A resource that shall exist, its properties resolved when they are first asked for. */
export type CloudResource = {
  readonly type: string;
  readonly logicalId: string;
  /** Physical name on the laptop. */
  readonly name: string;
  readonly stack: Stack;
  readonly properties: Properties;
  ref(): string;
  attribute(name: string): string;
};

/** All resources of all stacks whose condition holds. */
export type Cloud = {
  readonly resources: readonly CloudResource[];
  ofType(...types: readonly string[]): readonly CloudResource[];
};

export type Surroundings = {
  /** What the distribution's own domain name is here; see `DoorDomains`. Given the cloud, because it depends on origins. */
  distributionDomain(cloud: Cloud, distribution: CloudResource): string | undefined;
  /** Asked with the secret resource that the dynamic reference names. */
  secretValue(secret: CloudResource, jsonKey: string | null): string;
};

export function createCloud(stacks: readonly Stack[], surroundings: Surroundings): Cloud {
  const byLocation = new Map<string, CloudResource>();
  const at = ({ stack, logicalId }: Located): CloudResource => {
    const found = byLocation.get(`${stack.name}/${logicalId}`);
    if (found === undefined) throw new Error(`${stack.name}: ${logicalId} is referenced but its condition is false.`);
    return found;
  };
  const doors: DoorDomains = { distributionDomain: (located) => surroundings.distributionDomain(cloud, at(located)) };
  const secretValue: SecretValue = (secretId, jsonKey) => {
    const secret = cloud
      .ofType('AWS::SecretsManager::Secret')
      .find((candidate) => candidate.name === secretId || candidate.ref() === secretId);
    if (secret === undefined) throw new Error(`No template has the secret "${secretId}".`);
    return surroundings.secretValue(secret, jsonKey);
  };
  const identities = createIdentities(stacks, (stack, value) => resolver.resolve(stack, value), doors);
  const resolver = createResolver(stacks, identities, secretValue);

  const resources = stacks.flatMap((stack) =>
    Object.entries(stack.template.Resources ?? {})
      .filter(([, { Condition }]) => Condition === undefined || resolver.holds(stack, Condition))
      .map(([logicalId, resource]): CloudResource => {
        const located = { stack, logicalId, resource };
        const where = `${stack.name}/${logicalId}`;
        let properties: Properties | null = null;
        return {
          type: resource.Type,
          logicalId,
          stack,
          get name() {
            return identities.physicalName(located);
          },
          get properties() {
            properties ??= propertiesOf(resolver.resolve(stack, resource.Properties ?? {}), where);
            return properties;
          },
          ref: () => identities.ref(located) ?? logicalId,
          attribute(name) {
            const value = identities.attribute(located, name);
            if (typeof value !== 'string') throw new Error(`${where} has no attribute ${name}.`);
            return value;
          },
        };
      }),
  );
  for (const resource of resources) byLocation.set(`${resource.stack.name}/${resource.logicalId}`, resource);

  const cloud: Cloud = { resources, ofType: (...types) => resources.filter(({ type }) => types.includes(type)) };
  return cloud;
}
