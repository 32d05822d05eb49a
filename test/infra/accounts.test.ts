import { ROUTES } from '../../lambdas/routes.ts';
import { type Assembly, assemblyOf, type Properties, type Resource } from './assembly.ts';

const dev = assemblyOf('dev');
const prod = assemblyOf('prod');
const mailing = assemblyOf('prod', { mail: { from: 'Signpost <no-reply@links.example.com>' } });

type Statement = { readonly Action: string | string[]; readonly Resource: string | string[] };

/** Roles that may do an action of this service, with what they may do it on: `Mail: ses:SendEmail on …`. */
function grants(stage: Assembly, service: string): string[] {
  const statementsOf = ({ properties }: Resource) =>
    ((properties['Policies'] ?? []) as { PolicyDocument: { Statement: Statement[] } }[]).flatMap(
      ({ PolicyDocument }) => PolicyDocument.Statement,
    );
  return stage
    .ofType('AWS::IAM::Role')
    .flatMap((role) =>
      statementsOf(role).flatMap(({ Action, Resource }) =>
        [Action]
          .flat()
          .flatMap((action) =>
            action.startsWith(`${service}:`)
              ? [Resource].flat().map((resource) => `${role.id.replace(/Role.*/, '')}: ${action} on ${resource}`)
              : [],
          ),
      ),
    );
}

const environmentOf = (stage: Assembly, idPrefix: string) =>
  (stage.one('AWS::Lambda::Function', `${idPrefix}Function`).properties['Environment'] as { Variables: Properties })
    .Variables;

describe('the signing keys', () => {
  const secret = prod.one('AWS::SecretsManager::Secret', 'SigningKeys');
  const rotateKeys = prod.one('AWS::Lambda::Function', 'RotateKeysFunction');

  it('are read by auth and by their rotation, written by the rotation, and by nobody else', () => {
    const on = `on <${secret.id}>`;
    expect(grants(prod, 'secretsmanager').sort()).toEqual([
      `Auth: secretsmanager:GetSecretValue ${on}`,
      `RotateKeys: secretsmanager:DescribeSecret ${on}`,
      `RotateKeys: secretsmanager:GetSecretValue ${on}`,
      `RotateKeys: secretsmanager:PutSecretValue ${on}`,
      `RotateKeys: secretsmanager:UpdateSecretVersionStage ${on}`,
    ]);
    expect(prod.ofType('AWS::SecretsManager::ResourcePolicy')).toEqual([]);
  });

  it('are named to auth by their ARN, and never put into an environment', () => {
    expect(environmentOf(prod, 'Auth')['SIGNING_KEYS_SECRET']).toBe(`<${secret.id}>`);
    for (const lambda of prod.ofType('AWS::Lambda::Function')) {
      expect(JSON.stringify(lambda.properties['Environment'] ?? {})).not.toContain(
        'resolve:secretsmanager:<SigningKeys',
      );
    }
  });

  it('are renewed at once and every 30 days', () => {
    expect(prod.ofType('AWS::SecretsManager::RotationSchedule').map(({ properties }) => properties)).toEqual([
      {
        SecretId: `<${secret.id}>`,
        RotationLambdaARN: `<${rotateKeys.id}.Arn>`,
        RotateImmediatelyOnUpdate: true,
        RotationRules: { AutomaticallyAfterDays: 30 },
      },
    ]);
  });

  it('are renewed by Secrets Manager for this secret of this account and at nobody else’s word', () => {
    const permissions = prod
      .ofType('AWS::Lambda::Permission')
      .map(({ properties }) => properties)
      .filter(({ FunctionName }) => String(FunctionName).startsWith(`<${rotateKeys.id}`));
    expect(permissions).toEqual([
      {
        Action: 'lambda:InvokeFunction',
        FunctionName: `<${rotateKeys.id}.Arn>`,
        Principal: 'secretsmanager.amazonaws.com',
        SourceAccount: '<AWS::AccountId>',
        SourceArn: `<${secret.id}>`,
      },
    ]);
  });

  it('sign for one stage only, and are published as long before as the stage says', () => {
    for (const idPrefix of ['Auth', 'Authorizer']) {
      expect(environmentOf(prod, idPrefix)['TOKEN_ISSUER']).toBe('signpost:prod');
      expect(environmentOf(dev, idPrefix)['TOKEN_ISSUER']).toBe('signpost:dev');
    }
    const patient = assemblyOf('dev', { accounts: { keyLeadS: 3_600 } });
    expect(environmentOf(patient, 'RotateKeys')['KEY_LEAD_S']).toBe('3600');
  });
});

describe('mail', () => {
  it('is sent by the mail function alone, from the domain of the sender alone', () => {
    expect(grants(mailing, 'ses')).toEqual([
      'Mail: ses:SendEmail on arn:<AWS::Partition>:ses:<AWS::Region>:<AWS::AccountId>:identity/links.example.com',
    ]);
    expect(environmentOf(mailing, 'Mail')['MAIL_FROM']).toBe('Signpost <no-reply@links.example.com>');
  });

  it('is sent by nobody where the stage has no sender, and then nobody can register', () => {
    for (const stage of [dev, prod]) {
      expect(grants(stage, 'ses')).toEqual([]);
      expect(environmentOf(stage, 'Mail')['MAIL_FROM']).toBe('none');
      expect(environmentOf(stage, 'Auth')['REGISTRATION']).toBe('closed');
    }
    expect(environmentOf(assemblyOf('laptop'), 'Auth')['REGISTRATION']).toBe('open');
  });
});

describe('visitors', () => {
  const concurrencyOf = (stage: Assembly) =>
    stage
      .ofType('AWS::Lambda::Function')
      .filter(({ properties }) => 'ReservedConcurrentExecutions' in properties)
      .map(({ id, properties }) => [id.replace(/Function.*/, ''), properties['ReservedConcurrentExecutions']]);

  it('keep their share of the account in prod, whoever signs in, watches or exports; a new account reserves nothing', () => {
    expect(concurrencyOf(prod)).toEqual([
      ['Auth', 50],
      ['BatchEvents', 50],
      ['Live', 100],
      ['Export', 20],
    ]);
    expect(concurrencyOf(dev)).toEqual([]);
    const one = assemblyOf('prod', {
      accounts: { maxConcurrentSignIns: 5 },
      clicks: { maxLiveStreams: null },
      lake: { maxExports: null },
      qr: { maxBatchStreams: null },
    });
    expect(concurrencyOf(one)).toEqual([['Auth', 5]]);
  });
});

describe('signing in', () => {
  it('is public where there is no account yet, and guarded where one is changed', () => {
    const auth = ROUTES.filter((route) => route.function === 'auth' && route.aliasOf === undefined);
    const guarded = auth.filter(({ access }) => access !== 'public').map(({ path }) => path);
    expect(guarded.sort()).toEqual(['/v1/auth/email/change', '/v1/auth/password/change']);
    const publicAccounts = ROUTES.filter(({ access, function: name }) => access === 'public' && name === 'accounts');
    expect(publicAccounts).toEqual([]);
  });
});

describe('functions that no route leads to', () => {
  const routed = new Set<string>(ROUTES.map((route) => route.function));

  it.each(['admin', 'rotate-keys', 'mail', 'erase'])('%s has none', (name) => {
    expect(routed.has(name)).toBe(false);
  });

  it('admin may be invoked by nothing but a principal of the account', () => {
    const { id } = prod.one('AWS::Lambda::Function', 'AdminFunction');
    const permissions = prod
      .ofType('AWS::Lambda::Permission')
      .filter(({ properties }) => String(properties['FunctionName']).startsWith(`<${id}`));
    expect(permissions).toEqual([]);
    expect(prod.ofType('AWS::Lambda::Url')).toEqual([]);
  });
});

it('prints the whole command that makes the first administrator', () => {
  const command = prod.outputs.get('accounts.AdminCommand') ?? '';
  const { id } = prod.one('AWS::Lambda::Function', 'AdminFunction');
  expect(command).toContain(`aws lambda invoke --region <AWS::Region> --function-name <${id}> `);
  expect(command).toContain('--cli-binary-format raw-in-base64-out');
  const payload: unknown = JSON.parse(/--payload '([^']*)'/.exec(command)?.[1] ?? '');
  expect(payload).toEqual({ command: 'create-user', email: 'you@example.com', name: 'Your Name', is_admin: true });
});

it('stays far from the 500 resources that CloudFormation allows a stack', () => {
  for (const { name } of mailing.stacks) {
    expect(mailing.resources.filter(({ stack }) => stack === name).length).toBeLessThan(300);
  }
});
