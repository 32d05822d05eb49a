import type { Cloud } from './cloud.ts';

export type CachePlan = {
  readonly name: string;
  /** Host name that functions find in their environment. */
  readonly hostname: string;
  /** What `elasticache:Connect` must be allowed on to get in: the cache and its users. */
  readonly connectArns: readonly string[];
};

export const cachesOf = (cloud: Cloud): readonly CachePlan[] =>
  cloud.ofType('AWS::ElastiCache::ServerlessCache').map((cache) => {
    const groupId = cache.properties.textOr('UserGroupId', null);
    const group = cloud.ofType('AWS::ElastiCache::UserGroup').find(({ name }) => name === groupId);
    const userIds = group?.properties.texts('UserIds') ?? [];
    const users = cloud.ofType('AWS::ElastiCache::User').filter(({ name }) => userIds.includes(name));
    return {
      name: cache.name,
      hostname: cache.attribute('Endpoint.Address'),
      connectArns: [cache.attribute('ARN'), ...users.map((user) => user.attribute('Arn'))],
    };
  });
