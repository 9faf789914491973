import { connect } from 'node:net';
import { UnreachableError } from '@prunella/core';

/**
 * Connects to a NATS server and waits for the answer to a PING; where it asks who we are, or for TLS, for its greeting alone.
 *
 * @throws UnreachableError when nothing answers within `timeoutMs`, something else answers, or JetStream is off.
 */
export function pingNats(host: string, port: number, timeoutMs = 1_000): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, timeout: timeoutMs });
    let received = '';
    const fail = (found: string): void => {
      socket.destroy();
      reject(new UnreachableError(`expected a NATS server with JetStream at ${host}:${port}, found ${found}`));
    };
    socket.setEncoding('utf8');
    socket.once('connect', () => socket.write('CONNECT {"verbose":false}\r\nPING\r\n'));
    socket.once('timeout', () => fail('no answer'));
    socket.once('error', (error) => fail(error.message));
    socket.once('close', () => fail('a closed connection'));
    socket.on('data', (chunk: string) => {
      received += chunk;
      if (!'INFO {'.startsWith(received.slice(0, 6))) return fail('something that does not speak NATS');
      const isGuarded = /"(auth|tls)_required":\s*true/.test(received);
      if (!received.includes('\r\nPONG\r\n') && !(isGuarded && received.includes('\r\n'))) return;
      if (!/"jetstream":\s*true/.test(received)) return fail('a server without JetStream');
      socket.destroy();
      resolve();
    });
  });
}
