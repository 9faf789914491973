import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { answer, api } from './client.ts';
import { ProblemError } from './problem.ts';

let server: Server;
let baseUrl: string;

beforeAll(async () => {
  server = createServer((_, response) => response.writeHead(200, { 'content-length': 0 }).end());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

it('says where nothing was answered', async () => {
  await expect(answer(api.GET('/v1/policy', { baseUrl }))).rejects.toEqual(
    new ProblemError(200, 'The answer could not be read', `${baseUrl}/v1/policy answered with nothing.`),
  );
});
