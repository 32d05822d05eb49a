import type { Without } from './parquet-without.ts';

/**
 * What Firehose filed, one line of JSON each, without the records of these workspaces. What is no JSON in itself says nobody's
 * name, and stays.
 */
export function linesWithout(body: string, workspaceIds: ReadonlySet<string>): Without {
  const rows = new Map<string, number>();
  const kept = body.split('\n').filter((line) => {
    const workspaceId = workspaceOf(line);
    if (workspaceId === null || !workspaceIds.has(workspaceId)) return line !== '';
    rows.set(workspaceId, (rows.get(workspaceId) ?? 0) + 1);
    return false;
  });
  return { rows, bytes: kept.length === 0 || rows.size === 0 ? null : Buffer.from(`${kept.join('\n')}\n`) };
}

/** Of the record in `rawData`: a click event as it came, or a row that did not fit the table. */
function workspaceOf(line: string): string | null {
  try {
    const { rawData } = JSON.parse(line) as { rawData: string };
    const { workspace_id: found } = JSON.parse(Buffer.from(rawData, 'base64').toString()) as { workspace_id: unknown };
    return typeof found === 'string' ? found : null;
  } catch {
    return null;
  }
}
