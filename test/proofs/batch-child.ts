import { paginateScan } from '@aws-sdk/lib-dynamodb';
import type { Batch } from '../../core/batches/batch.ts';
import { zipKey } from '../../core/batches/batch-files.ts';
import { startLaptop } from '../../local/laptop.ts';
import { announcedOf } from '../fixtures/announced.ts';
import { batchDriver } from '../fixtures/batch-driver.ts';
import { filesOfZip } from '../fixtures/zip-reader.ts';

/** A laptop to be killed: orders a batch when told to, tells how far it is, and at the end what came of it. */
export type BatchCall = { readonly order: number } | { readonly find: string } | { readonly facts: string };
export type BatchFacts = {
  readonly batch: Batch;
  readonly files: readonly string[];
  readonly manifest: string;
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
  const files = filesOfZip((await driver.files.read(zipKey(batch))) ?? Buffer.alloc(0));
  const links: string[] = [];
  const pages = paginateScan({ client: driver.documents }, { TableName: driver.tables.links, ConsistentRead: true });
  for await (const { Items = [] } of pages)
    for (const { creation_id: made, code } of Items) if (String(made).startsWith(`${id}/`)) links.push(String(code));
  await laptop.pumps.idle();
  const eventIds = [...new Set(announcedOf(laptop, id).map(({ detail }) => detail.id))];
  return { batch, files: [...files.keys()], manifest: files.get('manifest.csv')?.toString() ?? '', links, eventIds };
}

async function answer(call: BatchCall): Promise<unknown> {
  if ('find' in call) return driver.find(call.find);
  if ('facts' in call) return factsOf(call.facts);
  const items = Array.from({ length: call.order }, (_, n) => ({ link: { original_url: `https://example.com/${n}` } }));
  return driver.order({ items }, { plan: 'pro' });
}

process.on('message', (call: BatchCall) => {
  void answer(call).then((value) => process.send?.(value));
});
process.send?.('ready');
