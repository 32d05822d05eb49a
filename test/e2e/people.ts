import { randomBytes, randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Role } from '../../core/accounts/permissions.ts';
import { type Answer, BROWSER, type Call, eventually, type Product } from './product.ts';

/** A person with an account, signed in. */
export type Person = {
  readonly email: string;
  readonly password: string;
  readonly name: string;
  readonly id: string;
  /** Their personal workspace. */
  readonly workspaceId: string;
  readonly token: string;
  /** `name=value; …` of the cookies the sign-in set. */
  readonly cookie: string;
  /** A call with their access token. */
  readonly api: (path: string, call?: Call) => Promise<Answer>;
};

export type UserAnswer = { readonly id: string; readonly email: string; readonly personal_workspace_id: string };
type SignedIn = { readonly access_token: string; readonly user: UserAnswer };

/** Mails that were sent to an address so far, the oldest first. */
export const mailsTo = ({ laptop }: Product, email: string): readonly string[] =>
  readdirSync(laptop.outboxPath)
    .filter((file) => file.endsWith('.eml'))
    .sort()
    .map((file) => readFileSync(join(laptop.outboxPath, file), 'utf8'))
    .filter((mail) => mail.includes(`To: ${email}`) || mail.includes(`<${email}>`));

/** The token in the newest mail to an address, once there are as many. */
export async function tokenMailedTo(product: Product, email: string, mails = 1): Promise<string> {
  const sent = await eventually(
    async () => mailsTo(product, email),
    (found) => found.length >= mails,
    10_000,
  );
  const [, token] = /[?&]token=([^\s&]+)/.exec(sent.at(-1)?.replace(/=\r?\n/g, '') ?? '') ?? [];
  if (token === undefined) throw new Error(`No token in ${sent.at(-1)}`);
  return decodeURIComponent(token);
}

export const newEmail = (name = 'person'): string => `${name}-${randomUUID().slice(0, 8)}@example.com`;
export const newPassword = (): string => randomBytes(12).toString('base64url');

/** A viewer's address nobody else has: limits per client are not what most tests are about. */
export const newAddress = (): string =>
  `2001:db8:${randomBytes(4)
    .toString('hex')
    .replace(/^(.{4})/, '$1:')}::1`;

/** A call without any credentials, as a browser from an address of its own. */
export const open = (product: Product, path: string, body: unknown, headers: Readonly<Record<string, string>> = {}) =>
  product.api(path, {
    body,
    key: null,
    headers: { 'user-agent': BROWSER, 'x-signpost-viewer': `address=${newAddress()}`, ...headers },
  });

export const signIn = (product: Product, email: string, password: string, headers = {}): Promise<Answer> =>
  open(product, '/v1/auth/login', { email, password }, headers);

/** The cookies an answer sets, as a browser would send them back. */
export const cookiesIn = ({ headers }: Answer): string =>
  headers
    .getSetCookie()
    .map((cookie) => cookie.split(';')[0] ?? '')
    .filter((cookie) => !cookie.endsWith('='))
    .join('; ');

/** Registers somebody new, follows the mail and signs in. */
export async function signUp(product: Product, name = 'Person'): Promise<Person> {
  const email = newEmail(name.toLowerCase().replace(/\W+/g, '-'));
  const password = newPassword();
  const registered = await open(product, '/v1/auth/register', { email, password, name });
  if (registered.status !== 201) throw new Error(`register: ${registered.text}`);
  const verified = await open(product, '/v1/auth/verify-email', { token: await tokenMailedTo(product, email) });
  if (verified.status !== 200) throw new Error(`verify: ${verified.text}`);
  const answer = await signIn(product, email, password);
  if (answer.status !== 200) throw new Error(`login: ${answer.text}`);
  const { access_token: token, user } = answer.json<SignedIn>();
  return {
    email,
    password,
    name,
    id: user.id,
    workspaceId: user.personal_workspace_id,
    token,
    cookie: cookiesIn(answer),
    api: (path, call = {}) =>
      product.api(path, {
        key: token,
        ...call,
        headers: { 'x-signpost-viewer': `address=${newAddress()}`, ...call.headers },
      }),
  };
}

/** Invites one person into another's workspace and lets them accept. */
export async function joinWorkspace(
  product: Product,
  host: Person,
  workspaceId: string,
  guest: Person,
  role: Role,
): Promise<void> {
  const before = mailsTo(product, guest.email).length;
  const invited = await host.api(`/v1/workspaces/${workspaceId}/invites`, { body: { email: guest.email, role } });
  if (invited.status !== 201) throw new Error(`invite: ${invited.text}`);
  const token = await tokenMailedTo(product, guest.email, before + 1);
  const accepted = await guest.api('/v1/invites/accept', { body: { token } });
  if (accepted.status !== 200) throw new Error(`accept: ${accepted.text}`);
}
