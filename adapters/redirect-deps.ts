import { randomBytes } from 'node:crypto';
import { newClickId } from '../core/clicks/click-id.ts';
import type { SeenClick } from '../core/clicks/click-record.ts';
import { dailySalts } from '../core/clicks/daily-salts.ts';
import { groupCommit } from '../core/clicks/group-commit.ts';
import type { ClickEvent } from '../core/clicks/row.ts';
import { visitorHash } from '../core/clicks/visitor-hash.ts';
import { cachedHotLinks } from '../core/links/hot-links.ts';
import { opens } from '../core/links/unlock-token.ts';
import type { VisitDeps } from '../core/links/visit.ts';
import { awsJsonClient } from './aws-json.ts';
import { clickBudget } from './click-budget.ts';
import { clickSpool } from './click-spool.ts';
import { clickStream } from './click-stream.ts';
import type { FunctionEnv } from './env.ts';
import { COMMAND_TIMEOUT_MS, noHotCache, valkeyHotCache } from './hot-cache.ts';
import { hotLinkStore } from './hot-link-store.ts';
import { saltStore } from './salts.ts';
import { valkeyFor } from './valkey.ts';

export type RedirectDeps = VisitDeps & { readonly dependencies: () => Promise<Readonly<Record<string, boolean>>> };

/**
 * What the redirect stands on, built once per environment, without an SDK client: their 330 KB and 1–2 ms per call are
 * the difference between a redirect and a slow one (docs/decisions/0003-lean-redirect.md).
 */
export async function redirectDeps(env: FunctionEnv<'redirect'>): Promise<RedirectDeps> {
  const nowMs = Date.now;
  const dynamodb = awsJsonClient('dynamodb');
  const kinesis = awsJsonClient('kinesis');
  const valkey = await valkeyFor(env, COMMAND_TIMEOUT_MS);
  const store = hotLinkStore(dynamodb, env.LINKS_TABLE);
  const clicks = groupCommit({
    stream: clickStream(kinesis, env.CLICK_STREAM),
    spool: clickSpool(dynamodb, env.CLICK_SPOOL_TABLE, nowMs),
    // The log is the third store: with stream and spool both gone, the visit goes on and the click can be replayed.
    lastResort: (lost, cause) =>
      console.error(
        JSON.stringify({ message: 'clicks kept in the log', cause: String(cause), clicks: lost.map(withoutUserAgent) }),
      ),
    nowMs,
  });
  return {
    links: cachedHotLinks({
      cache: valkey === null ? noHotCache : valkeyHotCache(valkey, nowMs),
      store,
      nowMs,
      random: Math.random,
    }),
    budget: clickBudget(dynamodb, env.LINKS_TABLE, nowMs),
    clicks,
    opens,
    visitorHash: visitorHash(dailySalts({ store: saltStore(dynamodb, env.SALTS_TABLE), randomBytes })),
    newClickId,
    nowMs,
    dependencies: async () => ({
      links: await answers(() => store.read('health', 'health')),
      clicks: await answers(() => kinesis('DescribeStreamSummary', { StreamName: env.CLICK_STREAM }, 1_000)),
      ...(valkey === null ? {} : { cache: await answers(() => valkey.ping()) }),
    }),
  };
}

/** A log is kept for longer than a stream: what is replayed from there has no browser and no system. */
const withoutUserAgent = ({ user_agent: _, ...seen }: ClickEvent): SeenClick => seen;

async function answers(call: () => Promise<unknown>): Promise<boolean> {
  try {
    await call();
    return true;
  } catch {
    return false;
  }
}
