import { EventBus } from 'aws-cdk-lib/aws-events';
import { Stream, StreamEncryption, StreamMode } from 'aws-cdk-lib/aws-kinesis';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Duration, RemovalPolicy, SecretValue, Stack, type StackProps } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { TABLES, type TableName } from '../../adapters/table.ts';
import type { StageSettings } from '../config.ts';
import { acceptFinding } from '../constructs/accepted.ts';
import { DataKey } from '../constructs/data-key.ts';
import { FactTable } from '../constructs/fact-table.ts';
import type { KeptData } from '../constructs/surroundings.ts';

/** Before the first rotation. CloudFormation writes it again only if this text changes, so it must not: that ends all sign-ins. */
const NO_SIGNING_KEYS = '{"keys":[]}';

/**
 * What must outlive every other stack: tables, the click stream, the event bus, on which rules of others hang, the two secrets, and
 * the key of all that holds visits.
 */
export class DataStack extends Stack implements KeptData {
  readonly tables: KeptData['tables'];
  readonly clickStream: Stream;
  readonly eventBus: EventBus;
  readonly encryptionKey: IKey | null;
  readonly originSecret: Secret;
  readonly signingKeys: Secret;

  constructor(scope: Construct, id: string, props: StackProps & { settings: StageSettings }) {
    const { settings } = props;
    super(scope, id, { ...props, terminationProtection: settings.data === 'retain' });
    const removalPolicy = settings.data === 'retain' ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY;
    const key = settings.encryption === 'customer-managed' ? new DataKey(this, 'Key', removalPolicy).key : null;
    this.encryptionKey = key;

    const tableNames = Object.keys(TABLES) as TableName[];
    this.tables = Object.fromEntries(
      tableNames.map((name) => [name, new FactTable(this, name, settings, key).table]),
    ) as KeptData['tables'];
    this.clickStream = new Stream(this, 'Clicks', { ...streamShape(settings, key), removalPolicy });
    this.eventBus = new EventBus(this, 'EventBus', {
      // CloudFormation wants a name, and CDK's own would be the same in every stage. It is not kept without the stack: it holds
      // nothing, and would stand in the way of the next of its name; while somebody's rules hang on it AWS does not delete it.
      eventBusName: `signpost-${settings.stage}`,
      description: `Signpost ${settings.stage}: what has happened`,
    });
    this.originSecret = new Secret(this, 'OriginSecret', {
      description: 'Sent by CloudFront as x-origin-verify, checked by the functions behind it',
      generateSecretString: { passwordLength: 48, excludePunctuation: true },
      removalPolicy,
    });
    this.signingKeys = new Secret(this, 'SigningKeys', {
      description: 'Keys that access tokens are signed with, made and renewed by rotate-keys',
      // Nothing secret yet; the rotation of the accounts stack puts the first key in.
      secretStringValue: SecretValue.unsafePlainText(NO_SIGNING_KEYS),
      removalPolicy,
    });
    if (key !== null) {
      acceptFinding(this.clickStream, 'AwsSolutions-KDS3', 'The stage asks for a key of its own, which it can revoke.');
    }
    acceptFinding(
      this.originSecret,
      'AwsSolutions-SMG4',
      'CloudFront and the functions take the value at deployment; a rotation in between would part them.',
    );
    acceptFinding(
      this.signingKeys,
      'AwsSolutions-SMG4',
      'The accounts stack rotates it every 30 days; this rule looks for a schedule in the same stack only.',
    );
  }
}

function streamShape(settings: StageSettings, key: IKey | null) {
  const { stream } = settings.clicks;
  return {
    // Four times as long as the counter tries a record; `WINDOW_LIFETIME_S` in core/clicks/count-window.ts relies on it.
    retentionPeriod: Duration.hours(24),
    ...(stream.mode === 'on-demand'
      ? { streamMode: StreamMode.ON_DEMAND }
      : { streamMode: StreamMode.PROVISIONED, shardCount: stream.shards }),
    ...(key === null
      ? { encryption: StreamEncryption.MANAGED }
      : { encryption: StreamEncryption.KMS, encryptionKey: key }),
  };
}
