import type { ServiceName } from '../../support/fleet.ts';
import type { RoundSizes } from './compare.ts';
import { type StandOptions, startStand } from './stand.ts';
import { Traffic } from './traffic.ts';

/** Writes how many messages of each kind each service sends to NATS for a chain. */
export async function counted(
  what: Pick<StandOptions, 'services' | 'reported'>,
  { chains, rounds, warmUp }: RoundSizes,
  write: (line: string) => void,
): Promise<void> {
  const traffic = new Map<ServiceName, Traffic>();
  const stand = await startStand({
    ...what,
    environmentOf: async (name, natsUrl) => {
      const before = await Traffic.before(Number(new URL(natsUrl).port));
      traffic.set(name, before);
      return { NATS_URL: before.url };
    },
  });
  await stand.round(warmUp);
  for (const one of traffic.values()) one.begin();
  for (let round = 0; round < rounds; round += 1) await stand.round(chains);
  for (const [name, one] of traffic) {
    const kinds = one.counted().map(([kind, count]) => [kind, count / chains / rounds] as const);
    const all = kinds.reduce((sum, [, count]) => sum + count, 0);
    write(`\n${name}, messages for each chain: ${all.toFixed(1)}`);
    for (const [kind, count] of kinds) write(`  ${count.toFixed(2)}  ${kind}`);
  }
  await stand.stop();
  for (const one of traffic.values()) await one.stop();
}
