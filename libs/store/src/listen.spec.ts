import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { listen } from './listen.ts';

it('ends when it is stopped while it connects', async () => {
  // As a Postgres that starts again right now: it takes the connection, and has said nothing yet.
  const server = createServer((socket) => socket.resume()).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const told: string[] = [];
  const listener = {
    onMessage: () => told.push('message'),
    onConnected: () => told.push('connected'),
    onLost: () => told.push('lost'),
  };
  const stop = new AbortController();
  const connected = once(server, 'connection');
  const { port } = server.address() as AddressInfo;
  const listening = listen(`postgres://nobody:nothing@127.0.0.1:${port}/none`, 'changes', listener, stop.signal);
  await connected;
  stop.abort();
  await listening;
  expect(told).toEqual([]);
  server.close();
  await once(server, 'close');
});
