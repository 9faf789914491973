import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { z } from 'zod';
import { createClient } from './client.ts';

/** A GitLab that tells of one more page each time. */
let server: Server;
let asked = 0;
beforeAll(async () => {
  server = createServer((_, response) => {
    asked += 1;
    response.setHeader('x-next-page', String(asked + 1)).end('[{"id":1}]');
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
});
afterAll(() => server.close());

it('leaves a list whose pages never end', async () => {
  const client = createClient(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, undefined);
  const pages = client.pages(z.object({ id: z.int() }), 'list jobs', { path: '/jobs' }, AbortSignal.timeout(60_000));
  let read = 0;
  const all = (async () => {
    for await (const page of pages) read += page.length;
  })();
  await expect(all).rejects.toMatchObject({
    name: 'ProviderError',
    problem: 'unavailable',
    message: expect.stringContaining('list jobs: expected at most 500 pages, found more'),
  });
  expect([read, asked]).toEqual([500, 500]);
});
