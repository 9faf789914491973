import { createServer, type Server } from 'node:net';
import { anyFreePort, freePort, holderOf, isFree } from './ports.ts';

const host = '127.0.0.1';
const wish = { what: 'NATS', variable: 'PORT_NATS', host };
let server: Server;
let taken: number;

beforeEach(async () => {
  taken = await anyFreePort(host);
  server = createServer();
  await new Promise<void>((resolve) => server.listen(taken, host, resolve));
});
afterEach(() => new Promise((resolve) => server.close(resolve)));

describe('freePort', () => {
  it('gives the usual port when it is free', async () => {
    const usual = await anyFreePort(host);
    expect(await freePort({ ...wish, usual })).toBe(usual);
  });

  it('gives another one when the usual port is in use and nobody asked for it', async () => {
    const port = await freePort({ ...wish, usual: taken });
    expect(port).not.toBe(taken);
    expect(await isFree(port, host)).toBe(true);
  });

  it('refuses a port that was asked for and is in use, naming it, the variable and who has it', async () => {
    const asking = freePort({ ...wish, usual: 4222, asked: taken });
    await expect(asking).rejects.toMatchObject({ name: 'ConfigError' });
    await expect(asking).rejects.toThrow(`port ${taken} for NATS is in use`);
    await expect(asking).rejects.toThrow('PORT_NATS');
    if (process.platform === 'linux') await expect(asking).rejects.toThrow(`process ${process.pid}`);
  });

  it('gives any free port when asked for 0', async () => {
    expect(await isFree(await freePort({ ...wish, usual: taken, asked: 0 }), host)).toBe(true);
  });
});

describe('holderOf', () => {
  it('knows nobody for a port that is free', async () => {
    expect(await holderOf(await anyFreePort(host))).toBeUndefined();
  });
});
