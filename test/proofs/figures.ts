import { isFull } from './scale.ts';

/** What a proof measured, one row per measurement. Printed as a Markdown table when the proof runs in full size. */
export type Figures = { add(what: string, figure: string | number): void; print(): void };

export function figures(title: string): Figures {
  const rows: (readonly [string, string])[] = [];
  return {
    add: (what, figure) => void rows.push([what, String(figure)]),
    print() {
      if (!isFull && process.env['PROOF_SCALE'] === undefined) return;
      const table = ['| what | figure |', '|---|--:|', ...rows.map(([what, figure]) => `| ${what} | ${figure} |`)];
      process.stdout.write(`\n### ${title}\n${table.join('\n')}\n`);
    },
  };
}

/** `p50 1.2 · p99 3.4 · max 5.6 ms` */
export function distribution(valuesMs: readonly number[]): string {
  const sorted = [...valuesMs].sort((a, b) => a - b);
  const at = (share: number): string =>
    (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0).toFixed(1);
  return `p50 ${at(0.5)} · p99 ${at(0.99)} · max ${at(1)} ms`;
}
