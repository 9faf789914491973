import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { Link } from './link.ts';

/** Says back what it hears. */
let echo: Server;
let link: Link;
const clients: Socket[] = [];

beforeAll(async () => {
  echo = createServer((socket) => {
    socket.on('error', () => socket.destroy());
    socket.pipe(socket);
  });
  await new Promise<void>((resolve) => echo.listen(0, '127.0.0.1', resolve));
});
afterAll(() => new Promise((resolve) => echo.close(resolve)));

afterEach(async () => {
  for (const client of clients.splice(0)) client.destroy();
  await link.stop();
});

interface Client {
  say(text: string): void;
  heard: string;
  isClosed: boolean;
}

async function client(protocol: 'nats' | 'other'): Promise<Client> {
  link = await Link.start((echo.address() as AddressInfo).port, protocol);
  return await another();
}

async function another(): Promise<Client> {
  const socket = connect(link.port, '127.0.0.1');
  clients.push(socket);
  const one: Client = { say: (text) => void socket.write(text), heard: '', isClosed: false };
  socket.on('data', (chunk) => {
    one.heard += chunk.toString();
  });
  socket.on('error', () => socket.destroy());
  socket.on('close', () => {
    one.isClosed = true;
  });
  await new Promise((resolve) => socket.once('connect', resolve));
  return one;
}

async function until(look: () => boolean): Promise<void> {
  const end = Date.now() + 10_000;
  while (!look()) {
    if (Date.now() > end) throw new Error('not within 10 s');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

it('lets everything through, in order, while nothing is wrong', async () => {
  const one = await client('other');
  one.say('a');
  one.say('b');
  await until(() => one.heard === 'ab');
});

it('is slow, and keeps the order also when it gets faster', async () => {
  const one = await client('other');
  const begun = performance.now();
  const quicken = link.slow(60);
  one.say('a');
  await until(() => one.heard === 'a');
  expect(performance.now() - begun).toBeGreaterThanOrEqual(115);
  quicken();
  const quickenMore = link.slow(50);
  one.say('b');
  await new Promise((resolve) => setTimeout(resolve, 10));
  quickenMore();
  one.say('c');
  await until(() => one.heard === 'abc');
});

it('breaks, and is whole again', async () => {
  const one = await client('other');
  const mend = link.break();
  await until(() => one.isClosed);
  const refused = await another();
  await until(() => refused.isClosed);
  mend();
  const again = await another();
  again.say('a');
  await until(() => again.heard === 'a');
});

it('goes silent without a break, breaks what was silent in the end, and lets new ones through', async () => {
  const one = await client('other');
  one.say('a');
  await until(() => one.heard === 'a');
  const speak = link.silence();
  one.say('b');
  const late = await another();
  late.say('c');
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect([one.heard, one.isClosed, late.heard, late.isClosed]).toEqual(['a', false, '', false]);
  speak();
  await until(() => one.isClosed && late.isClosed);
  const again = await another();
  again.say('d');
  await until(() => again.heard === 'd');
});

it('loses messages of a NATS client by their subject, and holds others back', async () => {
  const one = await client('nats');
  const stop = link.tamper({ subject: /^lost\./, held: 'lost' });
  link.tamper({ subject: /^late\./, held: 60 });
  one.say('PUB lost.1 1\r\nx\r\nPUB late.1 1\r\ny\r\nPUB usual 1\r\nz\r\n');
  await until(() => one.heard.includes('late.1'));
  expect(one.heard).toBe('PUB usual 1\r\nz\r\nPUB late.1 1\r\ny\r\n');
  stop();
  one.say('PUB lost.2 1\r\nx\r\n');
  await until(() => one.heard.includes('lost.2'));
});

it('tells of what a fault met, and of nothing while nobody was there', async () => {
  const one = await client('nats');
  const met = { slow: 0, lost: 0, dark: 0, broken: 0 };
  const ends = [
    link.slow(1, () => {
      met.slow += 1;
    }),
    link.tamper({ subject: /^lost\./, held: 'lost' }, () => {
      met.lost += 1;
    }),
  ];
  one.say('PUB other 1\r\nx\r\n');
  await until(() => one.heard.includes('other'));
  expect(met).toEqual({ slow: 2, lost: 0, dark: 0, broken: 0 });
  one.say('PUB lost.1 1\r\nx\r\n');
  await until(() => met.lost === 1);
  for (const end of ends) end();
  const speak = link.silence(() => {
    met.dark += 1;
  });
  one.say('PUB other 1\r\nx\r\n');
  await until(() => met.dark === 1);
  speak();
  await until(() => one.isClosed);
  const mend = link.break(() => {
    met.broken += 1;
  });
  expect(met.broken).toBe(0);
  await another();
  await until(() => met.broken === 1);
  mend();
});
