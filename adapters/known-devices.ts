import { GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import type { KnownDeviceStore } from '../core/accounts/known-devices.ts';
import { KNOWN_DEVICE_LIFETIME_S } from '../core/accounts/known-devices.ts';
import type { DocumentClient } from './dynamodb.ts';
import { knownDeviceKey } from './table.ts';

export const knownDevices = (client: DocumentClient, table: string): KnownDeviceStore => ({
  async isKnown(userId, deviceSha256, sinceMs, nowMs) {
    const Key = knownDeviceKey(userId, deviceSha256);
    const { Item } = await client.send(new GetCommand({ TableName: table, Key }));
    return Number(Item?.['expires_at_ms'] ?? 0) > nowMs && Number(Item?.['last_sign_in_at_ms']) >= sinceMs;
  },
  async remember(userId, deviceSha256, nowMs) {
    const expiresAtMs = nowMs + KNOWN_DEVICE_LIFETIME_S * 1_000;
    await client.send(
      new PutCommand({
        TableName: table,
        Item: {
          ...knownDeviceKey(userId, deviceSha256),
          last_sign_in_at_ms: nowMs,
          expires_at_ms: expiresAtMs,
          ttl_s: Math.ceil(expiresAtMs / 1_000),
        },
      }),
    );
  },
});
