import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { openShardLog, type ShardLog } from './kinesis-log.ts';
import { shardFor, shardIdOf, shardNumberOf } from './kinesis-shards.ts';

export type StreamDefinition = { readonly name: string; readonly shards: number; readonly retentionHours: number };

export type Stream = StreamDefinition & {
  readonly arn: string;
  readonly createdMs: number;
  readonly logs: readonly ShardLog[];
};

export const streamArnOf = (name: string): string => `arn:aws:kinesis:us-east-1:000000000000:stream/${name}`;

/**
 * Opens a stream with what earlier runs left in `folder`. A stream never has fewer shards than folders on disk:
 * records that wait in them stay readable when the template asks for fewer.
 */
export function openStream(definition: StreamDefinition, folder: string | null, now: () => number): Stream {
  const shards = Math.max(definition.shards, folder === null ? 0 : shardsOnDisk(folder));
  const retentionMs = definition.retentionHours * 3_600_000;
  const logs = Array.from({ length: shards }, (_, shard) =>
    openShardLog({ folder: folder === null ? null : join(folder, shardIdOf(shard)), retentionMs, now }),
  );
  return { ...definition, shards, arn: streamArnOf(definition.name), createdMs: now(), logs };
}

function shardsOnDisk(folder: string): number {
  mkdirSync(folder, { recursive: true });
  return Math.max(0, ...readdirSync(folder).map((name) => shardNumberOf(name) + 1));
}

/** Where a record with these keys goes. */
export function placeFor(stream: Stream, partitionKey: string, explicitHashKey: string | undefined) {
  const shard = shardFor(partitionKey, explicitHashKey, stream.shards);
  return { shardId: shardIdOf(shard), log: stream.logs[shard] as ShardLog };
}

/** The log of a shard, or undefined where the stream has no such shard. */
export const logOf = (stream: Stream, shardId: string): ShardLog | undefined => stream.logs[shardNumberOf(shardId)];
