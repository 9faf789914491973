import { anyProcess, type FaultKind, named } from './fault.ts';

export const killService: FaultKind = {
  kind: 'kill-service',
  says: 'A service is killed (SIGKILL), and started again after a while.',
  targets: anyProcess,
  lasts: [100, 6_000],
  begin: ({ services }, { target }, hit) => named(services, target).hold(hit),
};
