import { randomBytes } from 'node:crypto';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import { apiKeyItem } from '../../adapters/api-key-items.ts';
import { TABLE_ENV } from '../../adapters/env.ts';
import type { TableName } from '../../adapters/table.ts';
import { hashApiKey, newApiKey, prefixOf } from '../../core/accounts/api-key.ts';
import type { Scope } from '../../core/accounts/permissions.ts';
import type { SettingsOverrides } from '../../lib/config.ts';
import { REGION } from '../../local/cloud/account.ts';
import { ADMIN_ACCESS_KEY_ID } from '../../local/engines/iam.ts';
import { type Laptop, startLaptop } from '../../local/laptop.ts';
import { type Demo, seed } from '../../local/seed.ts';

/** An answer as a user sees it. `json` throws where the body is none. */
export type Answer = {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The reader names the shape it expects. */
  // oxlint-disable-next-line typescript/no-unnecessary-type-parameters
  readonly json: <T = Record<string, unknown>>() => T;
};

export type Call = {
  readonly method?: string;
  /** An object is sent as JSON, a string as it is. */
  readonly body?: unknown;
  readonly key?: string | null;
  readonly headers?: Readonly<Record<string, string>>;
};

/** A whole Signpost, started for one test file, and two customers of it. */
export type Product = {
  readonly laptop: Laptop;
  /** Its demo user, an administrator, owns the unlimited workspace. */
  readonly demo: Demo;
  readonly app: string;
  readonly short: string;
  /** Key of the workspace without tight limits. */
  readonly key: string;
  /** Key of another workspace, on the free plan. */
  readonly freeKey: string;
  /** A call to the app domain with the unlimited key unless told otherwise; redirects are not followed. */
  readonly api: (path: string, call?: Call) => Promise<Answer>;
  /** A visit to the short domain, as a browser without a key. */
  readonly visit: (path: string, call?: Call) => Promise<Answer>;
  readonly tableName: (table: TableName) => string;
  /** Writes an item past the product, as nobody's role allows. */
  readonly put: (table: TableName, item: Readonly<Record<string, unknown>>) => Promise<void>;
  /** A new key of the unlimited workspace that may do only this. */
  readonly keyWith: (scopes: readonly Scope[]) => Promise<string>;
  close(): Promise<void>;
};

export const BROWSER =
  'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36';

export async function startProduct(settings: SettingsOverrides = {}): Promise<Product> {
  const laptop = await startLaptop({ dataDir: null, appPort: 0, shortPort: 0, settings });
  const demo = await seed(laptop, { empty: true });
  const documents = DynamoDBDocumentClient.from(
    new DynamoDBClient({
      endpoint: laptop.engines.dynamoDb.url,
      region: REGION,
      credentials: { accessKeyId: ADMIN_ACCESS_KEY_ID, secretAccessKey: 'laptop' },
    }),
  );
  const put: Product['put'] = async (table, item) => {
    await documents.send(new PutCommand({ TableName: physicalName(laptop, table), Item: item }));
  };
  return {
    laptop,
    demo,
    app: demo.app,
    short: demo.short,
    key: demo.api_key,
    freeKey: demo.free_api_key,
    api: (path, call = {}) => send(`${demo.app}${path}`, { key: demo.api_key, ...call }),
    visit: (path, call = {}) =>
      send(`${demo.short}${path}`, {
        ...call,
        headers: { 'user-agent': BROWSER, accept: 'text/html', ...call.headers },
      }),
    put,
    tableName: (table) => physicalName(laptop, table),
    async keyWith(scopes) {
      const secret = newApiKey(randomBytes);
      const key = {
        id: `key_${secret.slice(3, 12)}`,
        workspaceId: 'ws_demo',
        name: 'narrow',
        prefix: prefixOf(secret),
        scopes,
        createdAtMs: Date.now(),
        expiresAtMs: null,
        lastUsedAtMs: null,
      };
      await put('accounts', apiKeyItem(key, hashApiKey(secret)));
      return secret;
    },
    async close() {
      documents.destroy();
      await laptop.close();
    },
  };
}

function physicalName({ plan }: Laptop, table: TableName): string {
  const name = plan.functions.map(({ env }) => env[TABLE_ENV[table]]).find((found) => found !== undefined);
  if (name === undefined) throw new Error(`No function knows the table ${table}.`);
  return name;
}

export async function send(url: string, { method, body, key, headers }: Call): Promise<Answer> {
  const sent = body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body);
  const response = await fetch(url, {
    method: method ?? (sent === undefined ? 'GET' : 'POST'),
    redirect: 'manual',
    headers: {
      ...(typeof key === 'string' ? { authorization: `Bearer ${key}` } : {}),
      ...(sent === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(sent === undefined ? {} : { body: sent }),
  });
  const isStream = response.headers.get('content-type')?.startsWith('text/event-stream') === true;
  const text = isStream ? await beginningOf(response) : await response.text();
  // oxlint-disable-next-line typescript/no-unnecessary-type-parameters
  const json = <T>(): T => JSON.parse(text) as T;
  return { status: response.status, headers: response.headers, text, json };
}

/** What a stream of events begins with: it has no end to wait for. Leaves after that. */
async function beginningOf({ body }: Response): Promise<string> {
  for await (const chunk of body ?? []) return new TextDecoder().decode(chunk);
  return '';
}

/** Asks again until `done`, at most `withinMs`; answers how long it took and throws what was last seen. */
export async function eventually<T>(ask: () => Promise<T>, done: (seen: T) => boolean, withinMs: number): Promise<T> {
  const deadlineMs = Date.now() + withinMs;
  for (;;) {
    const seen = await ask();
    if (done(seen)) return seen;
    if (Date.now() > deadlineMs) throw new Error(`Not within ${withinMs} ms; last seen: ${JSON.stringify(seen)}`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}
