import { Inject, Injectable } from '@nestjs/common';
import { type Finding, formatDuration, note, ok, systemClock } from '@prunella/core';
import { examineLoki } from '@prunella/metrics';
import { type CommonEnvironment, ENVIRONMENT, Examiner, policyCheck } from '@prunella/service-kit';
import { Store, storeHealth } from '@prunella/store';
import { AuditorPolicy } from '../auditor-policy.ts';
import type { AuditorEnvironment } from '../environment.ts';
import { postgresFindings } from './postgres.ts';

/** What the auditor looks at when it is examined. */
@Injectable()
export class AuditorDoctor {
  constructor(
    examiner: Examiner,
    @Inject(ENVIRONMENT) environment: AuditorEnvironment & CommonEnvironment,
    @Inject(Store) store: Store,
    @Inject(AuditorPolicy) policy: AuditorPolicy,
  ) {
    const kept = {
      events: formatDuration(environment.PRUNELLA_EVENTS_KEPT),
      incidents: formatDuration(environment.PRUNELLA_INCIDENTS_KEPT),
    };
    examiner.add(
      {
        name: 'PostgreSQL',
        async examine() {
          const health = await store.read(storeHealth);
          return postgresFindings(health, systemClock.now(), kept);
        },
      },
      { name: 'access', examine: async () => accessFindings(environment) },
      { name: 'Loki', examine: (signal) => examineLoki(environment, signal, systemClock.now()) },
      policyCheck(policy),
    );
  }
}

/** Who is let in. Pure. */
export function accessFindings({
  PRUNELLA_API_TOKEN: token,
  OIDC_ISSUER: issuer,
}: Pick<AuditorEnvironment & CommonEnvironment, 'PRUNELLA_API_TOKEN' | 'OIDC_ISSUER'>): Finding[] {
  const docs = 'docs/guide/access.md';
  if (token === undefined && issuer === undefined) {
    const mend = 'set PRUNELLA_API_TOKEN, or OIDC_ISSUER for sign-in, before others can reach it';
    return [note('access', 'the API is open to whoever reaches it, on loopback only', mend, docs)];
  }
  return [ok('access', issuer === undefined ? 'by token' : `by token, and people sign in at ${new URL(issuer).host}`)];
}
