import { parse } from 'csv-parse/sync';
import type { BatchAnswer } from '../../lambdas/batches/schemas.ts';
import type { Form } from '../fixtures/uploads.ts';
import { sendForm } from '../fixtures/uploads.ts';
import { filesOfZip } from '../fixtures/zip-reader.ts';
import { type Answer, eventually, type Product } from './product.ts';

export type Row = Readonly<Record<string, string>>;
type Announced = { readonly upload_id: string; readonly upload: Form };
type Call = { readonly headers?: Record<string, string>; readonly key?: string };

export const MADE_WITHIN_MS = 60_000;

/** Somebody who orders batches of codes that look so, over HTTP alone. */
export function batchCustomer(productOf: () => Product, look: { readonly format: string; readonly size: number }) {
  const ask = (body: object, call: Call = {}): Promise<Answer> =>
    productOf().api('/v1/qr/batches', { body: { ...look, ...body }, ...call });
  const read = async (id: string): Promise<BatchAnswer> =>
    (await productOf().api(`/v1/qr/batches/${id}`)).json<BatchAnswer>();
  const announce = async (format: 'csv' | 'jsonl'): Promise<Announced> => {
    const announced = await productOf().api('/v1/qr/uploads', { body: { format } });
    expect(announced.status).toBe(201);
    return announced.json<Announced>();
  };

  return {
    ask,
    read,
    announce,
    order: async (body: object): Promise<BatchAnswer> => {
      const answer = await ask(body);
      if (answer.status !== 202) throw new Error(answer.text);
      return answer.json<BatchAnswer>();
    },
    verb: (id: string, name: 'cancel' | 'retry', key = productOf().key): Promise<Answer> =>
      productOf().api(`/v1/qr/batches/${id}/${name}`, { method: 'POST', key }),
    ended: ({ batch_id: id }: Pick<BatchAnswer, 'batch_id'>): Promise<BatchAnswer> =>
      eventually(
        () => read(id),
        ({ status }) => status !== 'queued' && status !== 'running',
        MADE_WITHIN_MS,
      ),
    upload: async (format: 'csv' | 'jsonl', file: string | Uint8Array): Promise<string> => {
      const { upload_id: id, upload: form } = await announce(format);
      expect((await sendForm(form, file)).status).toBe(204);
      return id;
    },
  };
}

export async function download(url: string | null): Promise<Buffer> {
  const file = await fetch(url ?? '');
  expect([file.status, file.headers.get('content-disposition')]).toEqual([200, expect.stringMatching(/^attachment; /)]);
  return Buffer.from(await file.arrayBuffer());
}

export const rowsOf = (csv: Buffer | undefined): readonly Row[] => parse<Row>(csv ?? '', { bom: true, columns: true });

export const manifestOf = async (batch: BatchAnswer): Promise<readonly Row[]> =>
  rowsOf(filesOfZip(await download(batch.download_url)).get('manifest.csv'));

export const errorsOf = async (batch: BatchAnswer): Promise<readonly Row[]> => rowsOf(await download(batch.errors_url));
