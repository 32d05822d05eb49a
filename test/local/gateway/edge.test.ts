import { openDoor } from '../../../local/gateway/door.ts';
import { playDistribution } from '../../../local/gateway/edge.ts';
import { behavior } from './behavior.ts';

test('a door whose port is taken says which and how to choose another', async () => {
  const door = await openDoor(0, 'SHORT_PORT');
  await expect(openDoor(door.port, 'SHORT_PORT')).rejects.toThrow(
    `Port ${door.port} is in use; stop what listens there or choose another port with SHORT_PORT=`,
  );
  await door.close();
});

test('a door that nothing is served at yet says so', async () => {
  const door = await openDoor(0, 'X');
  const response = await fetch(`http://127.0.0.1:${door.port}/`);
  expect([response.status, await response.text()]).toEqual([503, 'Signpost is starting.\n']);
  await door.close();
});

test('a CloudFront Function that throws is 503, and one that answers is the answer', async () => {
  const door = await openDoor(0, 'X');
  const code = `function handler(event) {
    if (event.request.uri === '/teapot') return { statusCode: 418, headers: { 'x-by': { value: 'edge' } } };
    throw new Error('no');
  }`;
  const edge = { name: 'Edge', behaviors: [{ ...behavior, viewerRequestCode: code }] };
  door.serve(playDistribution(edge, door.domain, () => () => Promise.reject(new Error('must not be reached'))));
  const statuses = [
    await fetch(`http://127.0.0.1:${door.port}/x`),
    await fetch(`http://127.0.0.1:${door.port}/teapot`),
  ];
  expect(statuses.map(({ status }) => status)).toEqual([503, 418]);
  await door.close();
});
