import { growResourceTree } from '../../../local/gateway/resource-tree.ts';
import { compileRoutes } from '../../../local/gateway/route-table.ts';

const route = (key: string) => {
  const [method = '', path = ''] = key === '$default' ? ['ANY', '$default'] : key.split(' ');
  return { method, path, key };
};

describe('routes of an HTTP API', () => {
  const table = compileRoutes(
    [
      '$default',
      'GET /{code}',
      'ANY /{code}/{rest+}',
      'GET /health',
      'ANY /any',
      'GET /any',
      'POST /{code}',
      'GET /docs/errors/{word}',
      'GET /docs/{page}/{word}',
    ].map(route),
  );

  test.each([
    ['GET', '/health', 'GET /health', null],
    ['POST', '/health', 'POST /{code}', { code: 'health' }],
    ['GET', '/aB7x3Kq', 'GET /{code}', { code: 'aB7x3Kq' }],
    ['GET', '/aB7x3Kq+', 'GET /{code}', { code: 'aB7x3Kq+' }],
    ['GET', '/caf%C3%A9', 'GET /{code}', { code: 'café' }],
    ['DELETE', '/aB7x3Kq', '$default', null],
    ['GET', '/any', 'GET /any', null],
    ['PUT', '/any', 'ANY /any', null],
    ['GET', '/docs/errors/GONE', 'GET /docs/errors/{word}', { word: 'GONE' }],
    ['GET', '/docs/other/GONE', 'GET /docs/{page}/{word}', { page: 'other', word: 'GONE' }],
    ['PUT', '/a/b/c', 'ANY /{code}/{rest+}', { code: 'a', rest: 'b/c' }],
    ['GET', '/', '$default', null],
    ['GET', '/code/', '$default', null],
  ])('%s %s goes to %s', (method, path, key, parameters) => {
    expect(table.match(method, path)).toMatchObject({ route: { key }, parameters });
  });

  test('malformed percent-encoding is an error, not a match', () => {
    expect(() => table.match('GET', '/%E0%A4%A')).toThrow(URIError);
  });

  test('without $default what no route names is nowhere', () => {
    expect(compileRoutes([route('GET /a')]).match('GET', '/b')).toBeNull();
  });
});

describe('the resource tree of a REST API', () => {
  const tree = growResourceTree(
    ['POST /v1/urls', 'POST /v1/urls/bulk', 'GET /v1/urls/{code}', 'ANY /files/{path+}', 'GET /'].map(route),
  );

  test.each([
    ['GET', '/', 'GET /', {}],
    ['POST', '/v1/urls', 'POST /v1/urls', {}],
    ['POST', '/v1/urls/bulk', 'POST /v1/urls/bulk', {}],
    ['GET', '/v1/urls/a%2Fb', 'GET /v1/urls/{code}', { code: 'a/b' }],
    ['PUT', '/files/a/b', 'ANY /files/{path+}', { path: 'a/b' }],
  ])('%s %s goes to %s', (method, path, key, parameters) => {
    expect(tree.match(method, path)).toMatchObject({ method: { key }, parameters });
  });

  test.each([
    ['GET', '/v1/urls/bulk', 'a literal part is not left again for {code}'],
    ['DELETE', '/v1/urls/x', 'no such method'],
    ['GET', '/v1', 'a resource without methods'],
    ['GET', '/nowhere', 'no such resource'],
  ])('%s %s is nowhere: %s', (method, path) => {
    expect(tree.match(method, path)).toBeNull();
  });
});
