import { anyProcess, type FaultKind, named } from './fault.ts';

export const pauseService: FaultKind = {
  kind: 'pause-service',
  says: 'A service stands still (SIGSTOP) and goes on as if nothing had been: leases and acknowledgements may have run out meanwhile.',
  targets: anyProcess,
  // Longer than the lease of a claim, and than most ack waits.
  lasts: [500, 15_000],
  begin: async ({ services }, { target }, hit) => named(services, target).pause(hit),
};
