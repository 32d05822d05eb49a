import { type ISecurityGroup, type IVpc, SubnetType } from 'aws-cdk-lib/aws-ec2';
import { CfnServerlessCache, CfnUser, CfnUserGroup } from 'aws-cdk-lib/aws-elasticache';
import { Construct } from 'constructs';
import type { StageSettings } from '../config.ts';
import type { Cache } from './surroundings.ts';

/** Public endpoints exist from Valkey 9 on; the VPC cache keeps to the version the adapters were measured with. */
const VALKEY_MAJOR_VERSION = { vpc: '8', public: '9' } as const;

/**
 * What the functions' one user may do: the three commands of `adapters/valkey.ts`, and what its client asks while
 * connecting. No scripts, no scans, no administration.
 */
const ACCESS = 'on ~* resetchannels -@all +@connection -@dangerous +get +set +del +cluster|slots';

type Placement = {
  readonly vpc: IVpc;
  readonly cacheSecurityGroup: ISecurityGroup;
  readonly clientSecurityGroup: ISecurityGroup;
};

/**
 * Serverless Valkey: always TLS, entered only with an IAM token by one user. A user group of engine `valkey` has no
 * `default` user unless one is added, so there is no way in without a token.
 */
export class HotCache extends Construct implements Cache {
  readonly url: string;
  readonly name: string;
  readonly userId: string;
  readonly arns: readonly string[];
  readonly network: Cache['network'];

  /** `placement` null gives the cache a public endpoint. */
  constructor(scope: Construct, id: string, settings: StageSettings, placement: Placement | null) {
    super(scope, id);
    // ElastiCache makes no names of its own, and the IAM token is made for the names.
    this.name = `signpost-${settings.stage}`;
    this.userId = `signpost-${settings.stage}-functions`;
    const user = new CfnUser(this, 'User', {
      engine: 'valkey',
      userId: this.userId,
      // IAM authentication asks that the two are the same.
      userName: this.userId,
      accessString: ACCESS,
      authenticationMode: { Type: 'iam' },
    });
    const userGroup = new CfnUserGroup(this, 'UserGroup', {
      engine: 'valkey',
      userGroupId: `signpost-${settings.stage}`,
      userIds: [user.ref],
    });
    const cache = new CfnServerlessCache(this, 'Cache', {
      engine: 'valkey',
      serverlessCacheName: this.name,
      description: `Signpost ${settings.stage}: links by code`,
      majorEngineVersion: VALKEY_MAJOR_VERSION[placement === null ? 'public' : 'vpc'],
      userGroupId: userGroup.ref,
      cacheUsageLimits: {
        dataStorage: { unit: 'GB', maximum: settings.cache.maxStorageGb },
        ecpuPerSecond: { maximum: settings.cache.maxEcpuPerSecond },
      },
      // Everything in it can be read again from the table.
      snapshotRetentionLimit: 0,
      ...(placement === null
        ? { connectionType: 'public' }
        : {
            subnetIds: placement.vpc.selectSubnets({ subnetType: SubnetType.PRIVATE_ISOLATED }).subnetIds,
            securityGroupIds: [placement.cacheSecurityGroup.securityGroupId],
          }),
    });
    this.url = `rediss://${cache.attrEndpointAddress}:${cache.attrEndpointPort}`;
    this.arns = [cache.attrArn, user.attrArn];
    this.network = placement;
  }
}
