import {
  DeleteObjectCommand,
  GetObjectCommand,
  NoSuchKey,
  PutObjectCommand,
  paginateListObjectsV2,
  type S3Client,
  S3ServiceException,
} from '@aws-sdk/client-s3';
import { CLICKS_PREFIX, LAKE_COLUMNS } from '../core/lake/clicks-table.ts';
import { ROLL_UPS_COLUMNS, ROLL_UPS_PREFIX } from '../core/lake/roll-ups-table.ts';
import type { LakeFile, RowFiles } from '../core/lake/row-files.ts';
import { linesWithout } from './lines-without.ts';
import { isOtherVersion, objectsBelow } from './objects-below.ts';
import type { ParquetColumn } from './parquet-file.ts';
import { parquetWithout, type Without } from './parquet-without.ts';

/** The columns of the tables whose files are Parquet, by prefix. */
const COLUMNS: readonly (readonly [string, readonly ParquetColumn[]])[] = [
  [CLICKS_PREFIX, LAKE_COLUMNS],
  [ROLL_UPS_PREFIX, ROLL_UPS_COLUMNS],
];

/** Files of the lake in S3. Every call names the version that was listed, so none mixes two. */
export function rowFiles(client: S3Client, Bucket: string): RowFiles {
  async function read({ key, version }: LakeFile, Range?: string): Promise<Uint8Array> {
    const { Body } = await client.send(new GetObjectCommand({ Bucket, Key: key, IfMatch: version, Range }));
    return (await Body?.transformToByteArray()) ?? new Uint8Array();
  }

  async function without(file: LakeFile, workspaceIds: ReadonlySet<string>): Promise<Without> {
    const columns = COLUMNS.find(([prefix]) => file.key.startsWith(prefix))?.[1];
    if (columns === undefined) return linesWithout(Buffer.from(await read(file)).toString(), workspaceIds);
    const buffer = {
      byteLength: file.sizeBytes,
      slice: async (start: number, end = file.sizeBytes): Promise<ArrayBuffer> =>
        new Uint8Array(await read(file, `bytes=${start}-${end - 1}`)).buffer,
    };
    return parquetWithout(buffer, columns, { column: 'workspace_id', values: workspaceIds });
  }

  const remove = async ({ key, version }: LakeFile): Promise<void> => {
    await client.send(new DeleteObjectCommand({ Bucket, Key: key, IfMatch: version }));
  };

  return {
    async days(prefix) {
      const days: string[] = [];
      for await (const { CommonPrefixes = [] } of paginateListObjectsV2(
        { client },
        { Bucket, Prefix: `${prefix}dt=`, Delimiter: '/' },
      ))
        days.push(...CommonPrefixes.map(({ Prefix = '' }) => Prefix.slice(`${prefix}dt=`.length, -1)));
      return days;
    },

    below: (prefix) => objectsBelow(client, Bucket, prefix),

    async eraseRows(file, workspaceIds) {
      try {
        const { rows, bytes } = await without(file, workspaceIds);
        if (bytes !== null)
          await client.send(new PutObjectCommand({ Bucket, Key: file.key, Body: bytes, IfMatch: file.version }));
        else if (rows.size > 0) await remove(file);
        return rows;
      } catch (error) {
        if (isGone(error)) return new Map();
        if (isOtherVersion(error)) return null;
        throw error;
      }
    },

    async remove(file) {
      await client.send(new DeleteObjectCommand({ Bucket, Key: file.key }));
    },
  };
}

/** The bucket's own rules, or a replay of what was filed, removed it. */
const isGone = (error: unknown): boolean =>
  error instanceof NoSuchKey || (error instanceof S3ServiceException && error.name === 'NoSuchKey');
