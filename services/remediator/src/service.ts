import { ciSettings } from '@prunella/ci';
import type { ServiceDefinition } from '@prunella/service-kit';
import { RemediatorEnvironment } from './environment.ts';
import { RemediatorModule } from './remediator.module.ts';

/** What its clients read by themselves. */
const ALSO = [
  { name: 'KUBECONFIG', about: 'The cluster in which workloads are healed. In a cluster: that one.' },
  { name: 'PROMETHEUS_URL', about: 'The Prometheus that proves what was healed.' },
  { name: 'PROMETHEUS_TOKEN', about: 'Bearer token for it.' },
  { name: 'NOTIFY_WEBHOOK_URL', about: 'Where else notes are posted to, as JSON.' },
  { name: 'NOTIFY_WEBHOOK_TOKEN', about: 'Bearer token for it.' },
];

/** The remediator: decides by policy and carries out; the only one that changes anything outside. */
export const service: ServiceDefinition<typeof RemediatorEnvironment> = {
  name: 'remediator',
  defaultPort: 7103,
  environment: RemediatorEnvironment,
  alsoReads: [...ciSettings, ...ALSO],
  module: RemediatorModule,
};
