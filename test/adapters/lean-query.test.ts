import type { AwsJsonClient } from '../../adapters/aws-json.ts';
import { AwsError } from '../../adapters/aws-json.ts';
import { leanQuery } from '../../adapters/lean-query.ts';

const RANGE = { pk: 'link#default/a', first: 'day#2026-11-01', last: 'day#2026-11-30' };
const throttle = () => new AwsError(400, { __type: 'x#ThrottlingException' });

/** Answers or throws what it is given, in turn, and remembers what it was asked. */
function answering(...turns: readonly (Error | Record<string, unknown>)[]) {
  const asked: unknown[] = [];
  const client: AwsJsonClient = async (operation, input) => {
    asked.push([operation, input]);
    const turn = turns[asked.length - 1];
    if (turn === undefined) throw new Error('asked too often');
    if (turn instanceof Error) throw turn;
    return turn;
  };
  return { client, asked };
}

describe('A lean query', () => {
  it('reads page after page', async () => {
    const next = { pk: { S: 'x' }, sk: { S: 'y' } };
    const { client, asked } = answering(
      { Items: [{ sk: { S: 'a' } }], LastEvaluatedKey: next },
      { Items: [{ sk: { S: 'b' } }] },
    );
    expect(await leanQuery(client, 'counts', RANGE)).toEqual([{ sk: { S: 'a' } }, { sk: { S: 'b' } }]);
    expect(asked).toMatchObject([
      ['Query', { TableName: 'counts', ExpressionAttributeValues: { ':pk': { S: RANGE.pk } } }],
      ['Query', { ExclusiveStartKey: next }],
    ]);
  });

  it.each([
    ['a throttle', throttle()],
    ['a 5xx', new AwsError(500, {})],
    ['a lost connection', new Error('socket hang up')],
  ])('is asked again after %s', async (_, error) => {
    const { client, asked } = answering(error, { Items: [] });
    expect(await leanQuery(client, 'counts', RANGE)).toEqual([]);
    expect(asked).toHaveLength(2);
  });

  it('gives up on a refusal at once, on throttles after five', async () => {
    const refused = answering(new AwsError(400, { __type: 'AccessDeniedException' }));
    await expect(leanQuery(refused.client, 'counts', RANGE)).rejects.toThrow('AccessDenied');
    expect(refused.asked).toHaveLength(1);
    const throttled = answering(...Array.from({ length: 9 }, throttle));
    await expect(leanQuery(throttled.client, 'counts', RANGE)).rejects.toThrow('Throttling');
    expect(throttled.asked).toHaveLength(5);
  });
});
