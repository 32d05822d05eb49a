import { inviteItem, memberItem } from '../../adapters/workspace-items.ts';
import { createLimits } from '../../core/accounts/plan.ts';
import type { User } from '../../core/accounts/user.ts';
import { usageAnswer } from '../../lambdas/accounts/usage.ts';
import { parseMembers } from '../../lambdas/json-body.ts';
import { keyIdentity } from '../fixtures/identities.ts';
import type { PersonalWorld } from '../fixtures/personal-world.ts';
import { bodyOf, personalWorld } from '../fixtures/personal-world.ts';
import { problemIn } from '../fixtures/problems.ts';
import type { TestTables } from '../fixtures/tables.ts';
import { startTables } from '../fixtures/tables.ts';

let tables: TestTables;
let world: PersonalWorld;
let ada: User;
beforeAll(async () => {
  tables = await startTables();
});
afterAll(() => tables.close());
beforeEach(async () => {
  world = personalWorld(tables);
  ada = await world.person();
});

const USAGE = '/v1/workspaces/{workspace_id}/usage';
const ask = (request: Parameters<PersonalWorld['call']>[2] = world.as(ada), workspace_id = ada.personalWorkspaceId) =>
  world.call('GET', USAGE, { ...request, params: { workspace_id } });
const usage = async (...request: Parameters<typeof ask>) => parseMembers(usageAnswer, bodyOf(await ask(...request)));
const inMs = (ms: number) => new Date(world.clock.nowMs + ms).toISOString();

describe('The usage of a workspace', () => {
  it('is the limits of its plan while nothing is used', async () => {
    expect(await usage()).toEqual({
      plan: 'free',
      creates: { limit: 10, used: 0, remaining: 10, window_seconds: 60, reset_at: null },
      links: { limit: 1_000, used: 0, remaining: 1_000, window_seconds: 2_592_000, reset_at: null },
      members: { limit: 100, used: 1 },
      api_keys: { limit: 100, used: 0 },
      bulk_size: 1_000,
      retention_days: 90,
    });
  });

  it('tells what is used and when each window is over', async () => {
    const { rateLimits } = world.deps;
    await rateLimits.take(ada.personalWorkspaceId, createLimits('free'), 7, world.clock.nowMs - 61_000);
    await rateLimits.take(ada.personalWorkspaceId, createLimits('free'), 3, world.clock.nowMs);
    expect(await usage()).toMatchObject({
      creates: { used: 3, remaining: 7, reset_at: inMs(60_000) },
      links: { used: 10, remaining: 990, reset_at: inMs(2_592_000_000 - 61_000) },
    });
  });

  it('counts members, open invites and keys', async () => {
    const workspaceId = ada.personalWorkspaceId;
    await world.put(memberItem({ workspaceId, userId: 'usr_2', role: 'viewer', joinedAtMs: 1 }));
    const invite = { workspaceId, email: 'a@example.com', role: 'viewer', tokenSha256: '', createdAtMs: 1 } as const;
    await world.put(inviteItem({ ...invite, id: 'inv_open', expiresAtMs: world.clock.nowMs + 60_000 }));
    await world.put(inviteItem({ ...invite, id: 'inv_over', expiresAtMs: world.clock.nowMs - 60_000 }));
    const body = JSON.stringify({ name: 'CI', scopes: ['urls:read'] });
    await world.call('POST', '/v1/api-keys', { ...world.as(ada), body });
    expect(await usage()).toMatchObject({ members: { used: 3 }, api_keys: { used: 1 } });
  });

  it('has no limit of links where the plan has none', async () => {
    const answer = await usage(world.as(ada, { plan: 'unlimited' }));
    expect([answer.plan, answer.links, answer.creates.limit]).toEqual(['unlimited', null, 1_000_000]);
  });

  it('is any member’s and a reading key’s, of the workspace they were let into', async () => {
    const workspaceId = ada.personalWorkspaceId;
    expect((await ask(world.as(ada, { role: 'viewer' }))).statusCode).toBe(200);
    expect((await ask({ identity: keyIdentity({ workspaceId, scopes: ['analytics:read'] }) })).statusCode).toBe(200);
    const writer = { identity: keyIdentity({ workspaceId, scopes: ['urls:write'] }) };
    expect(problemIn(await ask(writer))).toMatchObject({ error: 'FORBIDDEN', required_scope: 'analytics:read' });
    expect(problemIn(await ask(world.as(ada, { role: null }))).error).toBe('WORKSPACE_NOT_FOUND');
    expect(problemIn(await ask(world.as(ada), 'ws_other')).error).toBe('WORKSPACE_NOT_FOUND');
  });
});
