import type { LinkAnswer } from '../../lambdas/links/schemas.ts';
import { type Answer, type Call, eventually, type Product } from './product.ts';

export type Stats = {
  readonly total: number;
  readonly bots: number;
  readonly by_day: readonly unknown[];
  readonly by_hour: readonly unknown[];
  readonly by_country: readonly unknown[];
  readonly by_device: readonly unknown[];
};

export const TARGET = 'https://example.com/landing?a=1';
export const SECRET_TARGET = 'https://secret.example/hidden-report';
export const PASSWORD = 'correct horse';

/** What owners and visitors of links do; the product may come later. */
export function visiting(product: () => Product) {
  const statsOf = async (code: string): Promise<Stats> => (await product().api(`/v1/urls/${code}/stats`)).json<Stats>();
  const visit = (path: string, call?: Call): Promise<Answer> => product().visit(path, call);
  return {
    statsOf,
    visit,
    link: async (members: object): Promise<string> => {
      const created = await product().api('/v1/urls', { body: { original_url: TARGET, ...members } });
      expect(created.status).toBe(201);
      return created.json<LinkAnswer>().short_code;
    },
    /** The statistics when they have so many clicks, or after the two seconds that they may take. */
    counted: (code: string, total: number): Promise<Stats> =>
      eventually(
        () => statsOf(code),
        (stats) => stats.total >= total,
        2_000,
      ),
    unlock: (code: string, password: unknown, door: 'app' | 'short' = 'short'): Promise<Answer> =>
      (door === 'short' ? visit : product().api)(`/v1/urls/${code}/unlock`, { body: { password }, key: null }),
  };
}
