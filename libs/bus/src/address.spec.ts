import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { UnreachableError } from '@prunella/core';
import { acquireNats } from '@prunella/embedded';
import { keptPort } from '@prunella/testing';
import fc from 'fast-check';
import { natsAddress } from './address.ts';
import { Bus } from './bus.ts';

it.each`
  text                                  | expected
  ${'nats://nats:4222'}                 | ${{ servers: ['nats:4222'], shown: 'nats://nats:4222' }}
  ${'nats'}                             | ${{ servers: ['nats'], shown: 'nats://nats' }}
  ${'127.0.0.1:4223'}                   | ${{ servers: ['127.0.0.1:4223'], shown: 'nats://127.0.0.1:4223' }}
  ${'nats://[::1]:4222'}                | ${{ servers: ['[::1]:4222'], shown: 'nats://[::1]:4222' }}
  ${'nats://a:1, nats://b:2,'}          | ${{ servers: ['a:1', 'b:2'], shown: 'nats://a:1,nats://b:2' }}
  ${'nats://ada:p%40ss@a:1,nats://b:2'} | ${{ servers: ['a:1', 'b:2'], user: 'ada', pass: 'p@ss', shown: 'nats://a:1,nats://b:2' }}
  ${'nats://sesame@a:1'}                | ${{ servers: ['a:1'], token: 'sesame', shown: 'nats://a:1' }}
  ${'tls://ada:x@a'}                    | ${{ servers: ['a'], user: 'ada', pass: 'x', tls: {}, shown: 'tls://a' }}
`('$text', ({ text, expected }) => {
  expect(natsAddress(text)).toEqual(expected);
});

it.each(['', ' , ', 'http://nats:4222', 'nats://', 'nats://ada:geheim@', 'nats://ada:geheim@a:99999'])(
  '%j is refused, and no password is told',
  (text) => {
    expect(() => natsAddress(text)).toThrow(/NATS_URL: expected nats:\/\/host:port/);
    expect(() => natsAddress(text)).not.toThrow(/geheim/);
  },
);

it.each`
  text                       | expected
  ${'nats://ada@a:1'}        | ${{ user: 'ada', pass: 'p@ss' }}
  ${'tls://ada@a:1,tls://b'} | ${{ user: 'ada', pass: 'p@ss', tls: {} }}
  ${'nats://ada:geheim@a:1'} | ${{ user: 'ada', pass: 'geheim' }}
`('with a password beside it $text is $expected', ({ text, expected }) => {
  expect(natsAddress(text, { password: 'p@ss' })).toMatchObject(expected);
});

it('refuses a password of nobody, and does not tell it', () => {
  const read = () => natsAddress('nats://a:1', { password: 'geheim' });
  expect(read).toThrow(/NATS_PASSWORD: expected its user in NATS_URL/);
  expect(read).not.toThrow(/geheim/);
});

it('takes any name and password that is encoded as in addresses', () => {
  const word = fc.string({ minLength: 1, unit: 'grapheme' });
  fc.assert(
    fc.property(word, word, (user, pass) => {
      const text = `nats://${encodeURIComponent(user)}:${encodeURIComponent(pass)}@nats:4222`;
      expect(natsAddress(text)).toMatchObject({ servers: ['nats:4222'], user, pass, shown: 'nats://nats:4222' });
    }),
  );
});

it('signs in at a real server, which lets nobody else in', async () => {
  const [{ path }, port, store] = await Promise.all([
    acquireNats({}),
    keptPort(),
    mkdtemp(join(tmpdir(), 'prunella-nats-')),
  ]);
  const server = spawn(path, [
    '-js',
    '-sd',
    store,
    '-a',
    '127.0.0.1',
    '-p',
    `${port}`,
    '--user',
    'ada',
    '--pass',
    'a:b@c',
  ]);
  try {
    const at = (who: string) => ({ servers: `nats://${who}127.0.0.1:${port}`, name: 'spec' });
    const bus = await patiently(() => Bus.connect(at('ada:a%3Ab%40c@')));
    expect(bus.isConnected).toBe(true);
    await bus.close();
    const refused = Bus.connect(at('ada:geheim@'));
    await expect(refused).rejects.toThrow(UnreachableError);
    await expect(refused).rejects.not.toThrow(/geheim/);
    await expect(refused).rejects.toThrow(
      new RegExp(`expected at nats://127.0.0.1:${port}, found: .*[Aa]uthorization`),
    );
  } finally {
    server.kill('SIGKILL');
    await once(server, 'exit');
    await rm(store, { recursive: true, force: true });
  }
});

/** The server takes a moment to listen. */
async function patiently<T>(what: () => Promise<T>): Promise<T> {
  for (const end = Date.now() + 20_000; ; ) {
    try {
      return await what();
    } catch (error) {
      if (Date.now() > end) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}
