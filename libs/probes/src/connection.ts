import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** A connection that ends with the signal. Throws what Node throws. */
export async function connected(host: string, port: number, signal: AbortSignal): Promise<Socket> {
  const socket = connect({ host: host.replace(/^\[(.*)\]$/, '$1'), port });
  const end = () => socket.destroy();
  signal.addEventListener('abort', end, { once: true });
  socket.once('close', () => signal.removeEventListener('abort', end));
  try {
    await once(socket, 'connect', { signal });
    // from here on whoever uses it hears of errors by its end
    socket.on('error', () => undefined);
    return socket;
  } catch (error) {
    socket.on('error', () => undefined).destroy();
    throw error;
  }
}
