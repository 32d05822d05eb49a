import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Redis } from 'iovalkey';

/** Node + Valkey + 302: one GET per visit and nothing recorded. Prints its port. */
const valkey = new Redis(process.env['VALKEY_ENDPOINT_URL'] ?? '');
await valkey.set('/hot', 'https://example.com/a/rather/long/path?with=a&query=string');

const server = createServer((request, response) => {
  void valkey.get(request.url ?? '').then((target) => {
    response.writeHead(
      target === null ? 404 : 302,
      target === null ? {} : { location: target, 'cache-control': 'private, no-store' },
    );
    response.end();
  });
});
server.listen(0, '127.0.0.1', () => process.stdout.write(`port ${(server.address() as AddressInfo).port}\n`));
