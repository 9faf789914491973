import type pg from 'pg';
import { cpuMs } from '../../bench/scale/cpu-of.ts';
import type { Stand } from '../stand.ts';
import { diskOf } from './disk.ts';
import { seenOfNats, seenOfStreams } from './nats.ts';
import { seenOfPostgres } from './postgres.ts';
import { seenOfFamily, seenOfProcess, toldBy } from './processes.ts';
import type { Sample } from './sample.ts';

/** A signal and the answer to a scrape are this far apart: a heap of a hundred megabytes takes about as long. */
const COLLECTED_WITHIN_MS = 500;

/** Looks at all processes and servers at once. */
export class Sampler {
  private readonly stand: Stand;
  private readonly client: pg.Client;
  private before: { at: number; gcSeconds: Map<string, number>; cpuMs: Map<string, number> } | undefined;

  constructor(stand: Stand, client: pg.Client) {
    this.stand = stand;
    this.client = client;
  }

  /** @param collect has the services collect all garbage first, and tells what is left as `retained`. */
  async sample(at: number, sent: number, collect: boolean): Promise<Sample> {
    const { nats, postgres, homes, monitor, bus, services } = this.stand;
    const [family, ofNats, onNats, inPostgres, ...disks] = await Promise.all([
      seenOfFamily(postgres.pid),
      Promise.all([seenOfProcess(nats.pid), seenOfNats(monitor)]).then(([a, b]) => ({ ...a, ...b })),
      seenOfStreams(bus),
      seenOfPostgres(this.client),
      diskOf(homes.nats),
      diskOf(homes.postgres),
    ]);
    const values: Record<string, number> = {
      ...named('postgres', family),
      ...named('nats', ofNats),
      ...onNats,
      ...inPostgres,
      'nats/disk': disks[0] ?? Number.NaN,
      'postgres/disk': disks[1] ?? Number.NaN,
    };
    for (const [name, { pid, url }] of services)
      Object.assign(values, named(name, { ...(await seenOfProcess(pid)), ...(await toldBy(url)) }));
    await this.addShares(at, values);
    if (collect) Object.assign(values, await this.retained());
    return { at, sent, values };
  }

  /** What of the time since the sample before went into processing and collecting: shares of one core. */
  private async addShares(at: number, values: Record<string, number>): Promise<void> {
    const { nats, postgres, services } = this.stand;
    const now = { at, gcSeconds: new Map<string, number>(), cpuMs: new Map<string, number>() };
    const pids = [...[...services].map(([name, { pid }]) => [name, pid] as const), ['nats', nats.pid] as const];
    for (const [name, pid] of [...pids, ['postgres', postgres.pid] as const]) now.cpuMs.set(name, await cpuMs([pid]));
    for (const name of services.keys()) {
      now.gcSeconds.set(name, values[`${name}/gcSeconds`] ?? 0);
      delete values[`${name}/gcSeconds`];
    }
    const { before } = this;
    this.before = now;
    if (before === undefined) return;
    const elapsed = at - before.at;
    for (const [name, ms] of now.cpuMs) values[`${name}/cpu`] = (ms - (before.cpuMs.get(name) ?? 0)) / elapsed;
    for (const [name, seconds] of now.gcSeconds)
      values[`${name}/gcShare`] = ((seconds - (before.gcSeconds.get(name) ?? 0)) * 1_000) / elapsed;
  }

  private async retained(): Promise<Record<string, number>> {
    const { services } = this.stand;
    for (const { pid } of services.values()) process.kill(pid, 'SIGUSR2');
    await new Promise((resolve) => setTimeout(resolve, COLLECTED_WITHIN_MS));
    const values: Record<string, number> = {};
    for (const [name, { url }] of services) {
      const { heapUsed = Number.NaN, external = Number.NaN } = await toldBy(url);
      values[`${name}/retained`] = heapUsed + external;
    }
    return values;
  }
}

function named(name: string, values: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [`${name}/${key}`, value]));
}
