import { GetCommand } from '@aws-sdk/lib-dynamodb';
import { dismissAdministrator, enrolAdministrator } from '../../adapters/administrators.ts';
import { administratorsKey } from '../../adapters/table.ts';
import { transact } from '../../adapters/transaction.ts';
import type { TestTables } from '../fixtures/tables.ts';
import { startTables } from '../fixtures/tables.ts';

let tables: TestTables;
beforeEach(async () => {
  tables = await startTables();
});
afterEach(() => tables.close());

const enrol = (id: string) => transact(tables.client, { administrators: enrolAdministrator('accounts', id) });
const dismiss = async (id: string) =>
  (await transact(tables.client, { administrators: dismissAdministrator('accounts', id) })) === null;

async function enrolled(): Promise<readonly string[]> {
  const { Item } = await tables.client.send(new GetCommand({ TableName: 'accounts', Key: administratorsKey() }));
  return [...((Item?.['user_ids'] as Set<string> | undefined) ?? [])].sort();
}

describe('The administrators of a Signpost', () => {
  it('are each counted once', async () => {
    for (const id of ['usr_a', 'usr_b', 'usr_a']) await enrol(id);
    expect(await enrolled()).toEqual(['usr_a', 'usr_b']);
  });

  it('end down to the last, who stays', async () => {
    for (const id of ['usr_a', 'usr_b', 'usr_c']) await enrol(id);
    expect([await dismiss('usr_b'), await dismiss('usr_a'), await dismiss('usr_c')]).toEqual([true, true, false]);
    expect(await enrolled()).toEqual(['usr_c']);
  });

  it('that all end at the same moment leave one', async () => {
    const ids = Array.from({ length: 6 }, (_, index) => `usr_${index}`);
    for (const id of ids) await enrol(id);
    const outcomes = await Promise.all(ids.map(dismiss));
    expect(outcomes.filter(Boolean)).toHaveLength(5);
    expect(await enrolled()).toHaveLength(1);
  });

  it('may be told twice that somebody is none', async () => {
    for (const id of ['usr_a', 'usr_b']) await enrol(id);
    expect([await dismiss('usr_b'), await dismiss('usr_b')]).toEqual([true, true]);
    expect(await enrolled()).toEqual(['usr_a']);
  });

  it('are never none', async () => {
    expect(await dismiss('usr_a')).toBe(false);
  });
});
