/** RESP2, the protocol of Redis and Valkey: commands in, replies out, both binary safe. */

export type Reply =
  | { readonly kind: 'status'; readonly text: string }
  | { readonly kind: 'error'; readonly text: string }
  | { readonly kind: 'integer'; readonly value: bigint | number }
  | { readonly kind: 'bulk'; readonly value: Buffer | string | null }
  | { readonly kind: 'list'; readonly items: readonly Reply[] };

export const OK: Reply = { kind: 'status', text: 'OK' };
export const error = (text: string): Reply => ({ kind: 'error', text });
export const integer = (value: bigint | number): Reply => ({ kind: 'integer', value });
export const bulk = (value: Buffer | string | null): Reply => ({ kind: 'bulk', value });
export const list = (items: readonly Reply[]): Reply => ({ kind: 'list', items });

/** The bytes of a reply, added to `parts`. */
export function encodeReply(reply: Reply, parts: Buffer[]): void {
  switch (reply.kind) {
    case 'status':
      parts.push(Buffer.from(`+${reply.text}\r\n`));
      return;
    case 'error':
      parts.push(Buffer.from(`-${reply.text}\r\n`));
      return;
    case 'integer':
      parts.push(Buffer.from(`:${reply.value}\r\n`));
      return;
    case 'bulk':
      if (reply.value === null) parts.push(Buffer.from('$-1\r\n'));
      else parts.push(Buffer.from(`$${Buffer.byteLength(reply.value)}\r\n`), Buffer.from(reply.value), LINE_END);
      return;
    case 'list':
      parts.push(Buffer.from(`*${reply.items.length}\r\n`));
      for (const item of reply.items) encodeReply(item, parts);
  }
}

const LINE_END = Buffer.from('\r\n');
const LONGEST_LINE_BYTES = 64 * 1024;
const MOST_ARGUMENTS = 1024 * 1024;
const LARGEST_BULK_BYTES = 512 * 1024 * 1024;

export class ProtocolError extends Error {
  override readonly name = 'ProtocolError';
}

/** Cuts a byte stream, however it is chunked, into commands: a name and its arguments. */
export class CommandReader {
  private rest: Buffer = Buffer.alloc(0);

  /** The commands that this chunk completes. Throws ProtocolError where the bytes are no RESP. */
  read(chunk: Buffer): Buffer[][] {
    this.rest = this.rest.length === 0 ? chunk : Buffer.concat([this.rest, chunk]);
    const commands: Buffer[][] = [];
    let start = 0;
    for (;;) {
      const parsed = parseCommand(this.rest, start);
      if (parsed === null) break;
      if (parsed.command.length > 0) commands.push(parsed.command);
      start = parsed.end;
    }
    this.rest = this.rest.subarray(start);
    return commands;
  }
}

type Parsed = { readonly command: Buffer[]; readonly end: number };

/** One command at a position, or null when its end has not come yet. */
function parseCommand(bytes: Buffer, start: number): Parsed | null {
  const line = lineAt(bytes, start);
  if (line === null) return null;
  if (bytes[start] !== ASTERISK) {
    const words = line.text.split(' ').filter((word) => word !== '');
    return { command: words.map((word) => Buffer.from(word, 'latin1')), end: line.end };
  }
  const command: Buffer[] = [];
  let end = line.end;
  for (let left = lengthIn(line.text, MOST_ARGUMENTS, 'multibulk'); left > 0; left -= 1) {
    const header = lineAt(bytes, end);
    if (header === null) return null;
    if (bytes[end] !== DOLLAR) throw new ProtocolError(`expected '$', got '${header.text.slice(0, 1)}'`);
    const valueEnd = header.end + lengthIn(header.text, LARGEST_BULK_BYTES, 'bulk');
    if (bytes.length < valueEnd + LINE_END.length) return null;
    command.push(bytes.subarray(header.end, valueEnd));
    end = valueEnd + LINE_END.length;
  }
  return { command, end };
}

const ASTERISK = '*'.charCodeAt(0);
const DOLLAR = '$'.charCodeAt(0);

function lineAt(bytes: Buffer, start: number): { text: string; end: number } | null {
  const lineEnd = bytes.indexOf(LINE_END, start);
  if (lineEnd < 0) {
    if (bytes.length - start > LONGEST_LINE_BYTES) throw new ProtocolError('too big inline request');
    return null;
  }
  return { text: bytes.toString('latin1', start, lineEnd), end: lineEnd + LINE_END.length };
}

function lengthIn(line: string, most: number, what: string): number {
  const length = Number(line.slice(1));
  if (!Number.isInteger(length) || length > most || (what === 'bulk' && length < 0)) {
    throw new ProtocolError(`invalid ${what} length`);
  }
  return length;
}
