import {
  CopyObjectCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import * as fc from 'fast-check';
import { temporaryFolders } from './folder.ts';
import { BUCKET, type S3Bench, withS3 } from './s3-bench.ts';

const newFolder = temporaryFolders();
const Bucket = BUCKET;

/** Keys that stand in each other's way on a disk, and some that no disk takes. */
const key = fc.oneof(
  fc.constantFrom('a', 'a/b', 'a/b/c', 'a/', 'A', 'a//b', '../a', './a', '/a', 'ä', 'a.', '.drafts/x', 'x'.repeat(300)),
  fc.string({ unit: fc.constantFrom('a', 'b', '/', '.', '\u{1f600}', '\uffee'), minLength: 1, maxLength: 5 }),
);
const step = fc.oneof(
  fc.record({ does: fc.constant('put' as const), key, body: fc.string({ maxLength: 20 }) }),
  fc.record({ does: fc.constant('delete' as const), key }),
  fc.record({ does: fc.constant('copy' as const), from: key, key }),
  fc.record({
    does: fc.constant('list' as const),
    prefix: fc.constantFrom('', 'a', 'a/', 'A', '.'),
    delimiter: fc.constantFrom('', '/', '/b'),
    maxKeys: fc.integer({ min: 1, max: 4 }),
  }),
  fc.record({ does: fc.constant('reopen' as const) }),
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

const byBytes = (one: string, other: string): number => Buffer.compare(Buffer.from(one), Buffer.from(other));

function listedByModel(
  model: ReadonlyMap<string, string>,
  { prefix, delimiter }: { prefix: string; delimiter: string },
): string[] {
  const entries = [...model.keys()]
    .filter((one) => one.startsWith(prefix))
    .map((one) => {
      const end = delimiter === '' ? -1 : one.indexOf(delimiter, prefix.length);
      return end === -1 ? one : `${one.slice(0, end + delimiter.length)}…`;
    });
  return [...new Set(entries)].toSorted();
}

async function listed({ client }: S3Bench, { prefix, delimiter, maxKeys }: Step & { does: 'list' }): Promise<string[]> {
  const found: string[] = [];
  for (let ContinuationToken: string | undefined; ; ) {
    const page = await client.send(
      new ListObjectsV2Command({
        Bucket,
        Prefix: prefix,
        Delimiter: delimiter || undefined,
        MaxKeys: maxKeys,
        ContinuationToken,
      }),
    );
    const keys = (page.Contents ?? []).map(({ Key }) => Key ?? '');
    expect(keys).toEqual(keys.toSorted(byBytes));
    found.push(...keys, ...(page.CommonPrefixes ?? []).map(({ Prefix }) => `${Prefix}…`));
    ContinuationToken = page.NextContinuationToken;
    if (ContinuationToken === undefined) return found.toSorted();
  }
}

async function take(
  bench: S3Bench,
  model: Map<string, string>,
  taken: Exclude<Step, { does: 'reopen' }>,
): Promise<void> {
  const { client } = bench;
  switch (taken.does) {
    case 'put':
      await client.send(new PutObjectCommand({ Bucket, Key: taken.key, Body: Buffer.from(taken.body) }));
      model.set(taken.key, taken.body);
      return;
    case 'delete':
      await client.send(new DeleteObjectCommand({ Bucket, Key: taken.key }));
      model.delete(taken.key);
      return;
    case 'copy': {
      const body = model.get(taken.from);
      const CopySource = `${Bucket}/${encodeURIComponent(taken.from)}`;
      const copying = client.send(
        new CopyObjectCommand({ Bucket, Key: taken.key, CopySource, MetadataDirective: 'REPLACE' }),
      );
      if (body === undefined) await expect(copying).rejects.toMatchObject({ name: 'NoSuchKey' });
      else {
        await copying;
        model.set(taken.key, body);
      }
      return;
    }
    case 'list':
      expect(await listed(bench, taken)).toEqual(listedByModel(model, taken));
      return;
  }
}

async function expectSame({ client, engine }: S3Bench, model: ReadonlyMap<string, string>): Promise<void> {
  expect(engine.keys(Bucket)).toEqual([...model.keys()].toSorted(byBytes));
  for (const [Key, body] of model) {
    const answer = await client.send(new GetObjectCommand({ Bucket, Key }));
    expect([Key, await answer.Body?.transformToString()]).toEqual([Key, body]);
  }
}

it('any sequence of puts, deletes, copies, lists and restarts is what a map would hold', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
      const root = newFolder();
      const model = new Map<string, string>();
      const runs: Exclude<Step, { does: 'reopen' }>[][] = [[]];
      for (const one of steps) {
        if (one.does === 'reopen') runs.push([]);
        else runs.at(-1)?.push(one);
      }
      for (const run of runs) {
        await withS3(root, async (bench) => {
          for (const one of run) await take(bench, model, one);
          await expectSame(bench, model);
        });
      }
    }),
    { numRuns: 40 },
  );
});
