import {
  FlowLogDestination,
  FlowLogTrafficType,
  GatewayVpcEndpoint,
  GatewayVpcEndpointAwsService,
  InterfaceVpcEndpoint,
  InterfaceVpcEndpointAwsService,
  IpAddresses,
  Peer,
  Port,
  SecurityGroup,
  SubnetType,
  Vpc,
  type VpcEndpoint,
} from 'aws-cdk-lib/aws-ec2';
import { AnyPrincipal, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Stack, type StackProps } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import type { TableName } from '../../adapters/table.ts';
import type { StageSettings } from '../config.ts';
import { HotCache } from '../constructs/hot-cache.ts';
import { stageLogGroup } from '../constructs/log-group.ts';
import type { Cache, KeptData } from '../constructs/surroundings.ts';
import { FUNCTION_POWERS, type Place } from '../powers.ts';

/** 6379 for commands; ElastiCache Serverless answers reads from a replica on 6380. */
const VALKEY_PORTS = Port.tcpRange(6379, 6380);

/**
 * The cache, and in mode `vpc` the network only its clients live in: two zones, no way to the internet, DynamoDB and
 * Kinesis through endpoints that know our tables and our stream only.
 */
export class NetworkStack extends Stack {
  readonly cache: Cache;

  constructor(scope: Construct, id: string, props: StackProps & { settings: StageSettings; data: KeptData }) {
    super(scope, id, props);
    const { settings, data } = props;
    this.cache = new HotCache(
      this,
      'HotCache',
      settings,
      settings.cache.mode === 'vpc' ? this.placement(settings, data) : null,
    );
  }

  private placement(settings: StageSettings, data: KeptData) {
    const vpc = this.vpc(settings);
    const clientSecurityGroup = this.securityGroup(vpc, 'Clients', 'Functions that use the cache');
    const cacheSecurityGroup = this.securityGroup(vpc, 'Cache', 'The cache, for its clients only');
    const endpointSecurityGroup = this.securityGroup(
      vpc,
      'KinesisEndpoint',
      'The way to the click stream, for clients only',
    );

    clientSecurityGroup.addEgressRule(cacheSecurityGroup, VALKEY_PORTS, 'to the cache');
    cacheSecurityGroup.addIngressRule(clientSecurityGroup, VALKEY_PORTS, 'from its clients');
    // DynamoDB's gateway endpoint has public addresses; there is no route to any others.
    clientSecurityGroup.addEgressRule(Peer.anyIpv4(), Port.tcp(443), 'to the endpoints of DynamoDB and Kinesis');
    endpointSecurityGroup.addIngressRule(clientSecurityGroup, Port.tcp(443), 'from the functions');

    this.endpoints(vpc, endpointSecurityGroup, data);
    return { vpc, clientSecurityGroup, cacheSecurityGroup };
  }

  private vpc(settings: StageSettings): Vpc {
    const vpc = new Vpc(this, 'Vpc', {
      ipAddresses: IpAddresses.cidr('10.42.0.0/20'),
      maxAzs: 2,
      natGateways: 0,
      createInternetGateway: false,
      subnetConfiguration: [{ name: 'isolated', subnetType: SubnetType.PRIVATE_ISOLATED, cidrMask: 22 }],
      // Emptying the default group takes a custom resource; nothing is ever put into that group.
      restrictDefaultSecurityGroup: false,
    });
    vpc.addFlowLog('FlowLog', {
      destination: FlowLogDestination.toCloudWatchLogs(stageLogGroup(this, 'RefusedTraffic', settings)),
      trafficType: FlowLogTrafficType.REJECT,
    });
    return vpc;
  }

  private securityGroup(vpc: Vpc, id: string, description: string): SecurityGroup {
    return new SecurityGroup(this, `${id}SecurityGroup`, { vpc, description, allowAllOutbound: false });
  }

  private endpoints(vpc: Vpc, endpointSecurityGroup: SecurityGroup, data: KeptData): void {
    const toDynamo = new GatewayVpcEndpoint(this, 'DynamoDbEndpoint', {
      vpc,
      service: GatewayVpcEndpointAwsService.DYNAMODB,
    });
    for (const name of Object.keys(data.tables) as TableName[]) {
      passThrough(toDynamo, actionsInVpc(name), data.tables[name].tableArn);
    }
    const toKinesis = new InterfaceVpcEndpoint(this, 'KinesisEndpoint', {
      vpc,
      service: InterfaceVpcEndpointAwsService.KINESIS_STREAMS,
      securityGroups: [endpointSecurityGroup],
      open: false,
      subnets: { subnetType: SubnetType.PRIVATE_ISOLATED },
    });
    passThrough(toKinesis, actionsInVpc('clickStream'), data.clickStream.streamArn);
  }
}

/** What the functions inside the VPC may do on a place, all of them together. */
const actionsInVpc = (place: Place): string[] => [
  ...new Set(
    Object.values(FUNCTION_POWERS)
      .filter(({ usesCache }) => usesCache === true)
      .flatMap(({ may }) => may[place] ?? []),
  ),
];

/** Any caller may pass: its own role still decides. What no function in the VPC does does not pass at all. */
function passThrough(endpoint: VpcEndpoint, actions: string[], resource: string): void {
  if (actions.length === 0) return;
  endpoint.addToPolicy(new PolicyStatement({ principals: [new AnyPrincipal()], actions, resources: [resource] }));
}
