import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { printTable } from './report.ts';
import { startSignpost } from './target-process.ts';

/** Links with their codes, as a batch from the upload to the last byte of the ZIP, beside so many calls one by one. */
const ROWS = Number(process.env['BATCH_ROWS'] ?? 1_000);
const ONE_BY_ONE = 100;
const AT_ONCE = 8;
const SAMPLE_MS = 10_000;

type Api = (path: string, body?: unknown) => Promise<Record<string, unknown>>;

export async function benchBatch(): Promise<void> {
  const children: ChildProcess[] = [];
  const folder = mkdtempSync(join(tmpdir(), 'signpost-bench-batch-'));
  try {
    const { app, pid } = await startSignpost(folder, children);
    const { api_key: key } = JSON.parse(readFileSync(join(folder, 'demo.json'), 'utf8')) as { api_key: string };
    const api: Api = async (path, body) => {
      const answer = await fetch(`${app}${path}`, {
        ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
        headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      });
      if (!answer.ok) throw new Error(`${path}: ${await answer.text()}`);
      return (await answer.json()) as Record<string, unknown>;
    };
    // Both ways have drawn, and been compiled, before.
    await oneByOne(api, AT_ONCE);
    await asBatch(api, 100, () => undefined);
    const one = await oneByOne(api, ONE_BY_ONE);
    const memory = watchMemory(pid);
    const batch = await asBatch(api, ROWS, memory.at);
    memory.end();
    const perS = (rows: number, ms: number): string => ((rows / ms) * 1_000).toFixed(0);
    printTable(
      'Links with their codes (PNG, 512 px)',
      ['', 'rows', 's', 'rows/s', 'MB of ZIP', 'MB of memory: before, most, after'],
      [
        [`one by one, ${AT_ONCE} at once`, `${ONE_BY_ONE}`, (one / 1_000).toFixed(1), perS(ONE_BY_ONE, one), '', ''],
        [
          'as a batch',
          `${ROWS}`,
          (batch.tookMs / 1_000).toFixed(1),
          perS(ROWS, batch.tookMs),
          (batch.bytes / 2 ** 20).toFixed(1),
          memory.told(),
        ],
      ],
    );
  } finally {
    for (const child of children) child.kill();
    rmSync(folder, { recursive: true, force: true });
  }
}

const target = (at: number): string => `https://example.com/tables/${at}`;

async function oneByOne(api: Api, count: number): Promise<number> {
  const startedAtMs = performance.now();
  let next = 0;
  const work = async (): Promise<void> => {
    while (next < count) await api('/v1/qr', { content: { link: { original_url: target((next += 1)) } } });
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return performance.now() - startedAtMs;
}

async function asBatch(
  api: Api,
  rows: number,
  progressed: (done: number) => void,
): Promise<{ readonly tookMs: number; readonly bytes: number }> {
  const startedAtMs = performance.now();
  const announced = await api('/v1/qr/uploads', { format: 'csv' });
  const { url, fields } = announced['upload'] as { url: string; fields: Record<string, string> };
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  const lines = Array.from({ length: rows }, (_, at) => `Table ${at + 1},${target(at)}\n`);
  form.append('file', new Blob(['name,link.original_url\n', ...lines]), 'rows.csv');
  const uploaded = await fetch(url, { method: 'POST', body: form });
  if (!uploaded.ok) throw new Error(await uploaded.text());
  const { batch_id: id } = await api('/v1/qr/batches', { upload_id: announced['upload_id'] });
  for (;;) {
    await sleep(100);
    const { status, done, download_url: downloadUrl } = await api(`/v1/qr/batches/${String(id)}`);
    progressed(Number(done));
    if (status === 'succeeded')
      return { bytes: await downloaded(String(downloadUrl)), tookMs: performance.now() - startedAtMs };
    if (status !== 'queued' && status !== 'running') throw new Error(`The batch is ${String(status)}.`);
  }
}

/** Kept where `BATCH_ZIP` says, for whoever wants to look at it. */
async function downloaded(url: string): Promise<number> {
  const path = process.env['BATCH_ZIP'];
  const file = path === undefined ? null : await open(path, 'w');
  let bytes = 0;
  for await (const piece of (await fetch(url)).body ?? []) {
    bytes += piece.length;
    await file?.write(piece);
  }
  await file?.close();
  return bytes;
}

/** The process' resident memory, every ten seconds, and where that was asked for, each sample with the rows done. */
function watchMemory(pid: number) {
  const read = (): number => {
    const [, kb = '0'] = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
    return Math.round(Number(kb) / 1_024);
  };
  const samples = [read()];
  let done = 0;
  const timer = setInterval(() => {
    samples.push(read());
    if (process.env['BATCH_SAMPLES'] !== undefined) console.log(`${done} rows, ${samples.at(-1)} MB`);
  }, SAMPLE_MS);
  return {
    at: (rows: number): void => {
      done = rows;
    },
    end(): void {
      clearInterval(timer);
      samples.push(read());
    },
    told: (): string => [samples[0], Math.max(...samples), samples.at(-1)].join(', '),
  };
}
