import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A bare Node 302 server: what no redirect on Node can be faster than. Prints its port. */
const server = createServer((_request, response) => {
  response.writeHead(302, {
    location: 'https://example.com/a/rather/long/path?with=a&query=string',
    'cache-control': 'private, no-store',
  });
  response.end();
});
server.listen(0, '127.0.0.1', () => process.stdout.write(`port ${(server.address() as AddressInfo).port}\n`));
