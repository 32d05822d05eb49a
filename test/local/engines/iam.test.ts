import { ADMIN_ACCESS_KEY_ID, roleAuthorizer, type Statement } from '../../../local/engines/iam.ts';

const LINKS = 'arn:aws:dynamodb:us-east-1:000000000000:table/links';
const COUNTS = 'arn:aws:dynamodb:us-east-1:000000000000:table/counts';

const allow = (actions: string[], resources: string[]): Statement => ({ effect: 'Allow', actions, resources });
const deny = (actions: string[], resources: string[]): Statement => ({ effect: 'Deny', actions, resources });
const oneRole = (...statements: Statement[]) => roleAuthorizer([{ name: 'redirect', accessKeyId: 'AK-1', statements }]);

const isAllowed = (statements: Statement[], action: string, ...resourceArns: string[]): boolean =>
  oneRole(...statements).authorize({ accessKeyId: 'AK-1', action, resourceArns }).allowed;

describe('a role', () => {
  it.each<[string, Statement[], string, string[], boolean]>([
    ['may do what a statement names', [allow(['dynamodb:GetItem'], [LINKS])], 'dynamodb:GetItem', [LINKS], true],
    ['may do nothing without statements', [], 'dynamodb:GetItem', [LINKS], false],
    ['may not do another action', [allow(['dynamodb:GetItem'], [LINKS])], 'dynamodb:GetItems', [LINKS], false],
    [
      'may not touch another resource',
      [allow(['dynamodb:GetItem'], [LINKS])],
      'dynamodb:GetItem',
      [`${LINKS}2`],
      false,
    ],
    [
      'needs each resource of a call',
      [allow(['dynamodb:BatchGetItem'], [LINKS])],
      'dynamodb:BatchGetItem',
      [LINKS, COUNTS],
      false,
    ],
    [
      'may get each resource from another statement',
      [allow(['dynamodb:BatchGetItem'], [LINKS]), allow(['dynamodb:*'], [COUNTS])],
      'dynamodb:BatchGetItem',
      [LINKS, COUNTS],
      true,
    ],
    ['reads actions in any case', [allow(['DynamoDB:getitem'], [LINKS])], 'dynamodb:GetItem', [LINKS], true],
    [
      'reads resources in their case',
      [allow(['dynamodb:GetItem'], [LINKS.toUpperCase()])],
      'dynamodb:GetItem',
      [LINKS],
      false,
    ],
    ['takes * in an action', [allow(['dynamodb:Get*'], [LINKS])], 'dynamodb:GetItem', [LINKS], true],
    [
      'takes * across slashes',
      [allow(['dynamodb:Query'], [`${LINKS}*`])],
      'dynamodb:Query',
      [`${LINKS}/index/byTarget`],
      true,
    ],
    ['takes ? as one character', [allow(['dynamodb:GetIte?'], [LINKS])], 'dynamodb:GetItem', [LINKS], true],
    ['takes ? not as none', [allow(['dynamodb:GetItem?'], [LINKS])], 'dynamodb:GetItem', [LINKS], false],
    ['takes dots as dots', [allow(['a:B'], ['arn:a.b'])], 'a:B', ['arn:axb'], false],
    [
      'has no index with its table',
      [allow(['dynamodb:Query'], [LINKS])],
      'dynamodb:Query',
      [`${LINKS}/index/byTarget`],
      false,
    ],
    [
      'is not let through to * by a narrow resource',
      [allow(['kinesis:ListStreams'], [LINKS])],
      'kinesis:ListStreams',
      ['*'],
      false,
    ],
    [
      'is held back by a Deny, whatever else allows',
      [allow(['*'], ['*']), deny(['dynamodb:Delete*'], [LINKS])],
      'dynamodb:DeleteItem',
      [LINKS],
      false,
    ],
  ])('%s', (_, statements, action, arns, expected) => {
    expect(isAllowed(statements, action, ...arns)).toBe(expected);
  });

  it('is told in AWS’s words what it lacks', () => {
    const { authorize } = oneRole();
    expect(authorize({ accessKeyId: 'AK-1', action: 'dynamodb:GetItem', resourceArns: [LINKS] })).toEqual({
      allowed: false,
      message: expect.stringMatching(
        /assumed-role\/redirect\/.* not authorized to perform: dynamodb:GetItem on resource: .*links/,
      ),
    });
  });

  it('is known by its key id only', () => {
    const { authorize } = oneRole(allow(['*'], ['*']));
    for (const accessKeyId of ['', 'redirect', 'AK-2']) {
      expect(authorize({ accessKeyId, action: 'dynamodb:GetItem', resourceArns: [LINKS] })).toEqual({
        allowed: false,
        message: expect.stringContaining('not a role of this stack'),
      });
    }
  });

  it('with a condition is refused at once, by name', () => {
    const statement = {
      ...allow(['dynamodb:GetItem'], [LINKS]),
      condition: { Bool: { 'aws:SecureTransport': 'true' } },
    };
    expect(() => oneRole(statement)).toThrow(/redirect.*condition.*dynamodb:GetItem/);
  });
});

describe('what roles used of what they were granted', () => {
  it('names used permissions, and grants that nothing used', () => {
    const roles = roleAuthorizer([
      { name: 'redirect', accessKeyId: 'AK-1', statements: [allow(['dynamodb:GetItem', 'dynamodb:PutItem'], [LINKS])] },
      {
        name: 'stats',
        accessKeyId: 'AK-2',
        statements: [allow(['dynamodb:Query'], [`${COUNTS}/*`]), deny(['*'], [LINKS])],
      },
    ]);
    roles.authorize({ accessKeyId: 'AK-1', action: 'dynamodb:GetItem', resourceArns: [LINKS] });
    roles.authorize({ accessKeyId: 'AK-1', action: 'dynamodb:DeleteItem', resourceArns: [LINKS] });
    roles.authorize({
      accessKeyId: 'AK-2',
      action: 'dynamodb:Query',
      resourceArns: [`${COUNTS}/index/byWorkspaceClicks`],
    });

    expect(roles.used().get('redirect')).toEqual(new Set([`dynamodb:GetItem ${LINKS}`]));
    expect(roles.granted().get('stats')).toEqual(new Set([`dynamodb:Query ${COUNTS}/*`]));
    expect(roles.unused()).toEqual(new Map([['redirect', [`dynamodb:PutItem ${LINKS}`]]]));
  });

  it('leave out the admin, who may do everything', () => {
    const roles = oneRole();
    const decision = roles.authorize({
      accessKeyId: ADMIN_ACCESS_KEY_ID,
      action: 'dynamodb:DeleteTable',
      resourceArns: [LINKS],
    });
    expect(decision.allowed).toBe(true);
    expect([...roles.used().values()].flatMap((used) => [...used])).toEqual([]);
  });
});
