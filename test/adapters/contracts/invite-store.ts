import { randomBytes } from 'node:crypto';
import { acceptInvite, invite, revokeInvite } from '../../../core/accounts/invites.ts';
import { leaveWorkspace, removeMember } from '../../../core/accounts/members.ts';
import { newOneTimeToken, TOKEN_LIFETIME_S } from '../../../core/accounts/one-time-token.ts';
import type { User } from '../../../core/accounts/user.ts';
import { MAX_SEATS } from '../../../core/accounts/workspace.ts';
import { APP_ORIGIN } from '../../fixtures/events.ts';
import { wordOf } from '../../fixtures/failures.ts';
import type { KeptWorkspaces } from '../../fixtures/workspace-world.ts';
import { workspaceWorld } from '../../fixtures/workspace-world.ts';

const LIFETIME_MS = TOKEN_LIFETIME_S.invite * 1_000;

/** What invites promise, wherever they are kept. */
export function inviteStoreContract(name: string, kept: () => KeptWorkspaces): void {
  const newWorld = () => workspaceWorld(kept());
  type World = ReturnType<typeof newWorld>;
  const openIn = async ({ deps, clock }: World, id: string) =>
    (await deps.invites.list(id, 200, null, clock.nowMs)).items;

  describe(`An invite ${name}`, () => {
    it('makes the invited person a member, once, with the role it names', async () => {
      const world = newWorld();
      const { deps, workspace: make, person, offer, roles, actions } = world;
      const { owner, id } = await make();
      const guest = await person();
      const { token, offered } = await offer(owner, id, guest.email, 'admin');
      expect(offered).toMatchObject({ email: guest.email, role: 'admin' });
      expect(JSON.stringify(await openIn(world, id))).not.toContain(token);
      expect(await acceptInvite(deps, guest.id, token)).toMatchObject({ workspace: { id }, role: 'admin' });
      expect((await roles(id)).get(guest.id)).toBe('admin');
      expect(await openIn(world, id)).toEqual([]);
      expect(await wordOf(() => acceptInvite(deps, guest.id, token))).toBe('INVALID_TOKEN');
      expect(await actions(id)).toEqual(['member.joined', 'member.invited', 'workspace.created']);
    });

    it('is accepted by exactly one of fifty at the same moment', async () => {
      const { deps, workspace: make, person, offer, roles, actions } = newWorld();
      const { owner, id } = await make();
      const guest = await person();
      const { token } = await offer(owner, id, guest.email);
      const words = await Promise.all(
        Array.from({ length: 50 }, () => wordOf(() => acceptInvite(deps, guest.id, token))),
      );
      expect(words.filter((word) => word === null)).toHaveLength(1);
      expect(words.filter((word) => word === 'INVALID_TOKEN')).toHaveLength(49);
      expect([...(await roles(id)).keys()].toSorted()).toEqual([owner.id, guest.id].toSorted());
      expect((await actions(id)).filter((action) => action === 'member.joined')).toHaveLength(1);
    });

    it('accepted while it is revoked is one or the other', async () => {
      const { deps, by, workspace: make, person, offer, roles } = newWorld();
      for (let round = 0; round < 12; round += 1) {
        const { owner, id } = await make();
        const guest = await person();
        const { token, offered } = await offer(owner, id, guest.email);
        const work = [
          () => wordOf(() => acceptInvite(deps, guest.id, token)),
          () => wordOf(() => revokeInvite(deps, by(owner, id), offered.id)),
        ];
        const words = await Promise.all((round % 2 === 0 ? work : work.toReversed()).map((start) => start()));
        const [accepted, revoked] = round % 2 === 0 ? words : words.toReversed();
        expect(['null INVITE_NOT_FOUND', 'INVALID_TOKEN null']).toContain(`${accepted} ${revoked}`);
        expect((await roles(id)).has(guest.id)).toBe(accepted === null);
      }
    });

    it('is good for the address it was sent to, and not after its time', async () => {
      const { deps, workspace: make, person, offer, clock } = newWorld();
      const { owner, id } = await make();
      const [guest, other] = [await person(), await person()];
      const { token } = await offer(owner, id, guest.email);
      expect(await wordOf(() => acceptInvite(deps, other.id, token))).toBe('INVALID_TOKEN');
      const moved = { ...guest, email: `moved-${guest.email}` };
      await kept().putPerson(moved);
      expect(await wordOf(() => acceptInvite(deps, guest.id, token))).toBe('INVALID_TOKEN');
      await kept().putPerson({ ...guest, status: 'suspended' });
      expect(await wordOf(() => acceptInvite(deps, guest.id, token))).toBe('INVALID_TOKEN');
      await kept().putPerson(guest);
      clock.nowMs += LIFETIME_MS;
      expect(await wordOf(() => acceptInvite(deps, guest.id, token))).toBe('INVALID_TOKEN');
      clock.nowMs -= 1_000;
      expect(await wordOf(() => acceptInvite(deps, guest.id, token))).toBeNull();
    });

    it('knows its own token alone', async () => {
      const { deps, workspace: make, person, offer } = newWorld();
      const { owner, id } = await make();
      const guest = await person();
      const { token, offered } = await offer(owner, id, guest.email);
      const guessed = newOneTimeToken('invite', `${id}~${offered.id}`, randomBytes).text;
      const tokens = [guessed, '', token.slice(0, -1), `${token}A`, token.toUpperCase(), `v${token.slice(1)}`];
      const elsewhere = [`i.${id}.x`, `i.ws#${id}~${offered.id}.${token.slice(-43)}`, `i.~.${token.slice(-43)}`];
      for (const text of [...tokens, ...elsewhere])
        expect([text, await wordOf(() => acceptInvite(deps, guest.id, text))]).toEqual([text, 'INVALID_TOKEN']);
      expect(await wordOf(() => acceptInvite(deps, guest.id, token))).toBeNull();
    });

    it('takes the place of the former one to the same address', async () => {
      const world = newWorld();
      const { deps, workspace: make, person, offer, roles } = world;
      const { owner, id } = await make();
      const guest = await person();
      const former = await offer(owner, id, guest.email, 'viewer');
      const next = await offer(owner, id, guest.email, 'admin');
      expect((await openIn(world, id)).map((open) => open.id)).toEqual([next.offered.id]);
      expect(await wordOf(() => acceptInvite(deps, guest.id, former.token))).toBe('INVALID_TOKEN');
      await acceptInvite(deps, guest.id, next.token);
      expect((await roles(id)).get(guest.id)).toBe('admin');
    });

    it('to one address by ten at the same moment is one', async () => {
      const world = newWorld();
      const { owner, id } = await world.workspace();
      const words = await Promise.all(
        Array.from({ length: 10 }, () => wordOf(() => world.offer(owner, id, 'same@example.com'))),
      );
      expect(words).toEqual(words.map(() => null));
      expect(await openIn(world, id)).toHaveLength(1);
    });

    it('is made once, however often the request comes', async () => {
      const world = newWorld();
      const { deps, by, seed, clock } = world;
      const { owner, id } = await world.workspace();
      const draft = { email: `once-${id}@example.com`, role: 'viewer', appOrigin: APP_ORIGIN } as const;
      const seeded = seed();
      const first = await invite(deps, by(owner, id), draft, seeded);
      clock.nowMs += 1_000;
      expect(await invite(deps, by(owner, id), draft, seeded)).toEqual(first);
      expect(await openIn(world, id)).toEqual([first]);
      const mails = (await kept().jobsWritten()).filter((job) => job.kind === 'mail' && job.mail.to === draft.email);
      expect(mails).toHaveLength(1);
    });

    it('is for nobody who is a member, and for nobody who has become one since', async () => {
      const { deps, workspace: make, person, offer, join, roles, by } = newWorld();
      const { owner, id } = await make();
      const member = await join(owner, id);
      expect(await wordOf(() => offer(owner, id, member.email))).toBe('ALREADY_MEMBER');
      expect(await wordOf(() => offer(owner, id, owner.email))).toBe('ALREADY_MEMBER');
      const guest = await person();
      const { token } = await offer(owner, id, guest.email);
      await acceptInvite(deps, guest.id, token);
      await removeMember(deps, by(owner, id), guest.id);
      expect(await wordOf(() => offer(owner, id, guest.email))).toBeNull();
      expect((await roles(id)).size).toBe(2);
    });

    it('that was revoked, or is another workspace’s, is not there', async () => {
      const { deps, by, workspace: make, person, offer } = newWorld();
      const { owner, id } = await make();
      const other = await make();
      const guest = await person();
      const { token, offered } = await offer(owner, id, guest.email);
      expect(await wordOf(() => revokeInvite(deps, by(other.owner, other.id), offered.id))).toBe('INVITE_NOT_FOUND');
      await revokeInvite(deps, by(owner, id), offered.id);
      expect(await wordOf(() => revokeInvite(deps, by(owner, id), offered.id))).toBe('INVITE_NOT_FOUND');
      expect(await wordOf(() => acceptInvite(deps, guest.id, token))).toBe('INVALID_TOKEN');
      expect(await wordOf(() => offer(owner, id, guest.email))).toBeNull();
    });

    it('is listed while it is open, a page at a time', async () => {
      const world = newWorld();
      const { deps, offer, clock } = world;
      const { owner, id } = await world.workspace();
      const outdated = await offer(owner, id, 'outdated@example.com');
      clock.nowMs += LIFETIME_MS;
      const open: string[] = [];
      for (let index = 0; index < 5; index += 1) {
        clock.nowMs += 1;
        open.push((await offer(owner, id, `open${index}@example.com`)).offered.id);
      }
      const shown: string[] = [];
      let cursor: string | null = null;
      do {
        const page = await deps.invites.list(id, 2, cursor, clock.nowMs);
        shown.push(...page.items.map((each) => each.id));
        cursor = page.cursor;
      } while (cursor !== null);
      expect(shown).toEqual(open);
      expect(shown).not.toContain(outdated.offered.id);
    });
  });

  describe(`The seats of a workspace ${name}`, () => {
    const invitedBy =
      ({ deps, by, seed }: World, owner: User, id: string) =>
      (index: number) => {
        const draft = { email: `guest-${index}@example.com`, role: 'viewer', appOrigin: APP_ORIGIN } as const;
        return wordOf(() => invite(deps, by(owner, id), draft, seed()));
      };
    const manyWords = async (offerTo: (index: number) => Promise<string | null>, count: number) => {
      const words: (string | null)[] = [];
      for (let start = 0; start < count; start += 30) {
        const indexes = Array.from({ length: Math.min(30, count - start) }, (_, index) => start + index);
        words.push(...(await Promise.all(indexes.map(offerTo))));
      }
      return words;
    };
    const offered = (words: readonly (string | null)[]): number => words.filter((word) => word === null).length;

    it('are a hundred, whoever invites at the same moment', async () => {
      const world = newWorld();
      const { deps, by } = world;
      const { owner, id } = await world.workspace();
      await world.join(owner, id);
      const offerTo = invitedBy(world, owner, id);
      expect(offered(await manyWords(offerTo, 85))).toBe(85);
      const words = await Promise.all(Array.from({ length: 40 }, (_, index) => offerTo(100 + index)));
      expect(offered(words)).toBe(MAX_SEATS - 2 - 85);
      expect(words.filter((word) => word === 'LIMIT_REACHED')).toHaveLength(40 - (MAX_SEATS - 2 - 85));
      expect(await openIn(world, id)).toHaveLength(MAX_SEATS - 2);

      // A replaced invite takes no seat, a revoked one and a leaver give theirs back, one each.
      expect(await offerTo(0)).toBeNull();
      expect(await offerTo(200)).toBe('LIMIT_REACHED');
      const [first] = await openIn(world, id);
      await revokeInvite(deps, by(owner, id), first?.id ?? '');
      const [, leaver] = (await deps.members.list(id, 2, null)).items.toSorted((one) =>
        one.role === 'owner' ? -1 : 1,
      );
      const leaverId = leaver?.userId ?? '';
      const leaving = { workspaceId: id, principal: { kind: 'user', userId: leaverId, sessionId: '' } } as const;
      await leaveWorkspace(deps, leaving, leaverId);
      expect([await offerTo(201), await offerTo(202), await offerTo(203)]).toEqual([null, null, 'LIMIT_REACHED']);
    });

    it('are free again when their invites ran out', async () => {
      const world = newWorld();
      const { owner, id } = await world.workspace();
      const offerTo = invitedBy(world, owner, id);
      expect(offered(await manyWords(offerTo, MAX_SEATS - 1))).toBe(MAX_SEATS - 1);
      expect(await offerTo(100)).toBe('LIMIT_REACHED');
      world.clock.nowMs += LIFETIME_MS;
      expect(offered(await Promise.all(Array.from({ length: 20 }, (_, index) => offerTo(index * 10))))).toBe(20);
      expect(await openIn(world, id)).toHaveLength(20);
    });
  });
}
