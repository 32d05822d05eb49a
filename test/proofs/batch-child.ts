import { paginateScan } from '@aws-sdk/lib-dynamodb';
import type { Batch } from '../../core/batches/batch.ts';
import { zipKey } from '../../core/batches/batch-files.ts';
import { startLaptop } from '../../local/laptop.ts';
import { announcedOf } from '../fixtures/announced.ts';
import { batchDriver } from '../fixtures/batch-driver.ts';
import { filesOfZip } from '../fixtures/zip-reader.ts';

/** A laptop to be killed: orders a batch when told to, tells how far it is, and at the end what came of it. */
export type BatchCall =
  /** So many links; with `spoiled` a row that fails is the last of them, and takes all with it. */
  { readonly order: number; readonly spoiled?: true } | { readonly find: string } | { readonly facts: string };
export type BatchFacts = {
  readonly batch: Batch;
  /** Of the ZIP; none where there is none. */
  readonly files: readonly string[];
  readonly manifest: string;
  /** All that the batch has in the bucket. */
  readonly objects: readonly string[];
  readonly chunks: number;
  /** Codes of the links that carry the batch's id. */
  readonly links: readonly string[];
  /** Ids of the events that its end was announced by, each once. */
  readonly eventIds: readonly string[];
};

const [, , dataDir = ''] = process.argv;
const laptop = await startLaptop({ dataDir, appPort: 0, shortPort: 0 });
const driver = batchDriver(laptop);

async function factsOf(id: string): Promise<BatchFacts> {
  const batch = await driver.find(id);
  const zip = await driver.files.read(zipKey(batch));
  const files = zip === null ? new Map<string, Buffer>() : filesOfZip(zip);
  const links: string[] = [];
  const pages = paginateScan({ client: driver.documents }, { TableName: driver.tables.links, ConsistentRead: true });
  for await (const { Items = [] } of pages)
    for (const { creation_id: made, code } of Items) if (String(made).startsWith(`${id}/`)) links.push(String(code));
  await laptop.pumps.idle();
  const eventIds = [...new Set(announcedOf(laptop, id).map(({ detail }) => detail.id))];
  const objects = await driver.filesOf(batch);
  const chunks = (await driver.work.chunks(batch)).length;
  const manifest = files.get('manifest.csv')?.toString() ?? '';
  return { batch, files: [...files.keys()], manifest, objects, chunks, links, eventIds };
}

async function answer(call: BatchCall): Promise<unknown> {
  if ('find' in call) return driver.find(call.find);
  if ('facts' in call) return factsOf(call.facts);
  const links = Array.from({ length: call.order }, (_, n) => ({ link: { original_url: `https://example.com/${n}` } }));
  if (call.spoiled === undefined) return driver.order({ items: links }, { plan: 'pro' });
  const items = [...links, { short_code: 'nobody-has' }];
  return driver.order({ items }, { plan: 'pro', onFailure: 'rollback' });
}

process.on('message', (call: BatchCall) => {
  void answer(call).then((value) => process.send?.(value));
});
process.send?.('ready');
