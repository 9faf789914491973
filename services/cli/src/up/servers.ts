import { provision, type UserName } from '@prunella/bus';
import { messageOf } from '@prunella/core';
import { type EmbeddedServer, startNats, startPostgres } from '@prunella/embedded';
import type { Context } from '../context.ts';
import { natsUsers } from './nats.ts';
import type { Plan } from './plan.ts';

/** NATS and PostgreSQL: the user's own, or embedded ones that are kept running. */
export interface Servers {
  /** `urlOf`: as `NATS_URL` of a user; of the user's own server the one that was given, for all. */
  nats: { url: string; embedded: boolean; urlOf(user: UserName): string };
  postgres: { url: string; embedded: boolean };
  stop(): Promise<void>;
  kill(): Promise<void>;
}

type Start = (port: number | undefined) => Promise<EmbeddedServer>;

/** Starts what the environment does not name. */
export async function startServers(context: Context, plan: Plan): Promise<Servers> {
  const { NATS_URL, DATABASE_URL } = context.env;
  const { home } = plan;
  const onProgress = (message: string): void => context.err(`  ${message} ...`);
  const users = natsUsers(context.env);
  const guarded = { home, more: users.conf, account: users.account, onProgress };
  const [nats, postgres] = await Promise.allSettled([
    NATS_URL ? undefined : keep(context, 'NATS', plan.natsPort, (port) => startNats({ ...guarded, port })),
    DATABASE_URL
      ? undefined
      : keep(context, 'PostgreSQL', plan.postgresPort, (port) => startPostgres({ home, port, onProgress })),
  ]);
  const running = [nats, postgres].flatMap((one) => (one.status === 'fulfilled' && one.value ? [one.value] : []));
  const stop = async (): Promise<void> => {
    await Promise.all(running.map((server) => server.stop()));
  };
  if (nats.status === 'rejected' || postgres.status === 'rejected') {
    await stop();
    throw nats.status === 'rejected' ? nats.reason : (postgres as PromiseRejectedResult).reason;
  }
  const urlOf = (user: UserName) => NATS_URL || users.urlOf(nats.value?.url ?? '', user);
  try {
    if (!NATS_URL) await provision({ servers: urlOf('admin'), replicas: 1 });
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    nats: { url: NATS_URL || (nats.value?.url ?? ''), embedded: !NATS_URL, urlOf },
    postgres: { url: DATABASE_URL || (postgres.value?.url ?? ''), embedded: !DATABASE_URL },
    stop,
    kill: async () => {
      await Promise.all(running.map((server) => server.kill()));
    },
  };
}

/** Starts a server, and again on the same port whenever it ends by itself: everybody knows its address by now. */
async function keep(context: Context, name: string, port: number | undefined, start: Start) {
  const first = await start(port);
  let current: Promise<EmbeddedServer> = Promise.resolve(first);
  let stopped = false;
  const watch = async (): Promise<void> => {
    for (;;) {
      await (await current).ended;
      if (stopped) return;
      context.err(context.colors.red(`${name} ended by itself; starting it again`));
      current = start(first.port);
      await current;
    }
  };
  watch().catch((error: unknown) => {
    if (!stopped) context.err(context.colors.red(`${name} could not be started again: ${messageOf(error)}`));
  });
  /** One that is being started again right now is waited for: it must not outlive us. */
  const end = async (how: 'stop' | 'kill'): Promise<void> => {
    stopped = true;
    await current.then(
      (server) => server[how](),
      () => undefined,
    );
  };
  return { url: first.url, stop: () => end('stop'), kill: () => end('kill') };
}
