import type { Probe, ProbeResult } from '@prunella/core';
import { type DnsTarget, dns } from './dns.ts';
import { type HttpTarget, http } from './http.ts';
import { type PostgresqlTarget, postgresql } from './postgresql.ts';
import { type RegistryTarget, registry } from './registry.ts';
import { type TcpTarget, tcp } from './tcp.ts';

/** Whatever can be probed. */
export type ProbeTarget = HttpTarget | TcpTarget | PostgresqlTarget | DnsTarget | RegistryTarget;

/** One file for each kind; a new one is a line here and its settings in libs/policy. */
const PROBES: { readonly [K in ProbeTarget['kind']]: Probe<Extract<ProbeTarget, { kind: K }>> } = {
  http,
  tcp,
  postgresql,
  dns,
  registry,
};

/**
 * Asks a dependency once whether it is there. Throws nothing of theirs.
 *
 * @param secrets where the variables that the target names are.
 * @param timeoutMs after that it has failed.
 */
export async function probe<T extends ProbeTarget>(
  target: T,
  secrets: Readonly<Record<string, string | undefined>>,
  timeoutMs: number,
): Promise<ProbeResult> {
  const one = PROBES[target.kind] as Probe<ProbeTarget>;
  // An empty variable is one that is not set.
  return await one.probe(target, (name) => secrets[name] || undefined, AbortSignal.timeout(timeoutMs));
}
