import { keptPort } from '@prunella/testing';
import { GenericContainer, getContainerRuntimeClient, type StartedTestContainer, Wait } from 'testcontainers';
import { docker } from './compose.ts';

/** A server in a container that keeps its port and its volume when it dies and comes back. */
export interface ContainerServer {
  url: string;
  /** SIGKILL. */
  kill(): Promise<void>;
  start(): Promise<void>;
  /** The container goes; the volume stays, for the next one. */
  remove(): Promise<void>;
}

/** The images to try, as `a:1 b:2` in this variable. */
export function imagesOf(variable: string): string[] {
  const images = (process.env[variable] ?? '').split(/\s+/).filter((image) => image !== '');
  if (images.length === 0) throw new Error(`${variable} names no images: run it by npm run test:containers`);
  return images;
}

/** @param volume a name; it is made when it is not there. */
export async function natsContainer(image: string, volume: string): Promise<ContainerServer> {
  const port = await keptPort();
  const container = await new GenericContainer(image)
    .withCommand(['--jetstream', '--store_dir', '/data'])
    .withExposedPorts({ container: 4222, host: port })
    .withBindMounts([{ source: volume, target: '/data' }])
    .withWaitStrategy(Wait.forLogMessage('Server is ready'))
    .start();
  return await serverOf(container, `nats://127.0.0.1:${port}`);
}

export async function postgresContainer(image: string, volume: string): Promise<ContainerServer> {
  const port = await keptPort();
  const container = await new GenericContainer(image)
    .withEnvironment({ POSTGRES_USER: 'prunella', POSTGRES_PASSWORD: 'only-for-this-test', POSTGRES_DB: 'prunella' })
    .withExposedPorts({ container: 5432, host: port })
    .withBindMounts([{ source: volume, target: '/var/lib/postgresql/data' }])
    .withHealthCheck({
      // Over TCP: while it sets itself up it listens on its socket only.
      test: ['CMD', 'pg_isready', '--quiet', '--host', '127.0.0.1', '--username', 'prunella'],
      interval: 500,
      timeout: 5_000,
      retries: 120,
    })
    .withWaitStrategy(Wait.forHealthCheck())
    .start();
  return await serverOf(container, `postgres://prunella:only-for-this-test@127.0.0.1:${port}/prunella`);
}

async function serverOf(container: StartedTestContainer, url: string): Promise<ContainerServer> {
  const client = await getContainerRuntimeClient();
  const handle = client.container.getById(container.getId());
  return {
    url,
    kill: async () => void (await handle.kill({ signal: 'SIGKILL' })),
    start: async () => void (await handle.start()),
    remove: async () => void (await container.stop({ timeout: 10_000 })),
  };
}

export async function removeVolumes(names: readonly string[]): Promise<void> {
  if (names.length > 0) await docker('volume', 'rm', '--force', ...names);
}
