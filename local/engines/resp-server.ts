import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import type { Engine } from './engine.ts';
import { type KeyspaceLimits, openKeyspace } from './keyspace.ts';
import { type CommandContext, runCommand } from './resp-commands.ts';
import { CommandReader, encodeReply, error, OK, ProtocolError, type Reply } from './resp-protocol.ts';

const DEFAULT_LIMITS: KeyspaceLimits = { keys: 200_000, bytes: 128 * 1024 * 1024 };

/**
 * The cache where no Valkey or Redis is installed: strings with expiry, RESP2, pipelining, the cluster protocol of one
 * node. No persistence, no Lua, no other types.
 */
export async function startRespServer(
  options: { port?: number; limits?: KeyspaceLimits; now?: () => number } = {},
): Promise<Engine> {
  const now = options.now ?? Date.now;
  const keys = openKeyspace(options.limits ?? DEFAULT_LIMITS, now);
  const sockets = new Set<Socket>();
  const server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    socket.on('error', () => socket.destroy());
    serve(socket, { keys, now, port });
  });
  server.listen(options.port ?? 0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `redis://127.0.0.1:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

/** Answers all commands of a chunk in one write. */
function serve(socket: Socket, context: CommandContext): void {
  const reader = new CommandReader();
  socket.on('data', (chunk) => {
    const parts: Buffer[] = [];
    const ends = answerChunk(reader, chunk, context, (reply) => encodeReply(reply, parts));
    if (ends) socket.end(Buffer.concat(parts));
    else if (parts.length > 0) socket.write(Buffer.concat(parts));
  });
}

/** Whether the connection ends with this chunk: by QUIT, or because its bytes are no RESP. */
function answerChunk(
  reader: CommandReader,
  chunk: Buffer,
  context: CommandContext,
  reply: (reply: Reply) => void,
): boolean {
  try {
    for (const command of reader.read(chunk)) {
      if (command[0]?.toString('latin1').toUpperCase() === 'QUIT') {
        reply(OK);
        return true;
      }
      reply(runCommand(command, context));
    }
    return false;
  } catch (failure) {
    if (!(failure instanceof ProtocolError)) throw failure;
    reply(error(`ERR Protocol error: ${failure.message}`));
    return true;
  }
}
