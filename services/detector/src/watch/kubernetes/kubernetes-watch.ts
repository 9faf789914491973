import { randomUUID } from 'node:crypto';
import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { Bus, type Holder, type JsonBucket, whileHolding } from '@prunella/bus';
import { type ClusterFeed, clusterFeedFromEnvironment } from '@prunella/cluster';
import { messageOf, systemClock } from '@prunella/core';
import { ENVIRONMENT, Metrics } from '@prunella/service-kit';
import { PinoLogger } from 'nestjs-pino';
import { DetectorPolicy } from '../../detector-policy.ts';
import type { DetectorEnvironment } from '../../environment.ts';
import { Outbox } from '../../intake/outbox.ts';
import { Places } from '../../threads/place.ts';
import type { FeedKind } from './feeds.ts';
import type { Told } from './told.ts';
import { type WatchClusterDeps, watchCluster } from './watch-cluster.ts';

/** After this another replica takes over from one that is not heard of. */
const LEASE_MS = 6_000;

/** Watches the cluster of KUBECONFIG, in one replica at a time: wires watch-cluster to NATS, the cluster and the clock. */
@Injectable()
export class KubernetesWatch implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly stopping = new AbortController();
  private running: Promise<void> | undefined;
  private readonly heardAt = new Map<FeedKind, number>();
  private readonly restarts;
  private readonly findings;
  private readonly age;
  private isHolder = false;

  constructor(
    private readonly bus: Bus,
    @Inject(ENVIRONMENT) private readonly environment: DetectorEnvironment,
    private readonly logger: PinoLogger,
    private readonly outbox: Outbox,
    private readonly places: Places,
    private readonly policy: DetectorPolicy,
    metrics: Metrics,
  ) {
    this.restarts = metrics.counter(
      'detector_kubernetes_watch_restarts_total',
      'Watches of the Kubernetes API that began anew, by why.',
      ['kind', 'reason'],
    );
    this.findings = metrics.counter('detector_kubernetes_findings_total', 'Failures that were seen in the cluster.', [
      'type',
    ]);
    this.age = metrics.labelledGauge(
      'detector_kubernetes_last_event_age_seconds',
      'How long ago the Kubernetes API said something, by kind.',
      ['kind'],
    );
    metrics.gauge('detector_kubernetes_watching', '1: this replica watches the cluster.', () =>
      this.isHolder ? 1 : 0,
    );
  }

  async onApplicationBootstrap(): Promise<void> {
    const cluster = await clusterFeedFromEnvironment(this.environment as unknown as NodeJS.ProcessEnv);
    if (cluster === undefined) return;
    await this.policy.ready;
    const leases = await this.bus.bucket<Holder>('prunella_leases');
    const told = await this.bus.bucket<Told>('prunella_pods');
    this.running = this.run({ cluster, leases, told });
  }

  async onApplicationShutdown(): Promise<void> {
    this.stopping.abort();
    await this.running;
  }

  private async run({
    cluster,
    leases,
    told,
  }: {
    cluster: ClusterFeed;
    leases: JsonBucket<Holder>;
    told: JsonBucket<Told>;
  }): Promise<void> {
    const { logger } = this;
    const deps: WatchClusterDeps = {
      cluster,
      told,
      settings: () => this.policy.current.kubernetes,
      place: (report) => this.places.place(report),
      publish: (report) => this.outbox.publish(report),
      clock: systemClock,
      log: this.log(),
    };
    await whileHolding(
      {
        bucket: leases,
        key: 'kubernetes-watch',
        holder: randomUUID(),
        clock: systemClock,
        leaseMs: LEASE_MS,
        work: (signal) => watchCluster(deps, signal),
        log: {
          taken: () => {
            this.isHolder = true;
            logger.info('this replica watches the cluster');
          },
          lost: (why) => {
            this.isHolder = false;
            logger.warn({ why }, 'this replica watches the cluster no more');
          },
        },
      },
      this.stopping.signal,
    );
  }

  private log(): WatchClusterDeps['log'] {
    const { logger } = this;
    return {
      heard: (kind) => this.heardAt.set(kind, systemClock.now()),
      restarted: (kind, reason, detail) => {
        this.restarts.inc({ kind, reason });
        if (reason !== 'closed') logger.warn({ kind, reason, detail }, 'a watch of the cluster begins anew');
      },
      standing: (feed, standing) => {
        if (standing !== 'current') logger.info({ feed, standing }, 'nothing is heard of a part of the cluster');
      },
      unreadable: (kind, error) => logger.error({ kind, error: messageOf(error) }, 'an object can not be read'),
      said: ({ type, workload: { kind, namespace, name }, told: { incidentId: incident, attempt } }) => {
        const about = { workload: `${kind} ${namespace}/${name}`, incident, attempt };
        if (type === undefined) return logger.info(about, 'a workload is well again');
        this.findings.inc({ type });
        logger.warn({ ...about, type }, 'a workload fails');
      },
      unsaid: ({ told }, error) =>
        logger.warn({ incident: told.incidentId, error }, 'a finding could not be told, it will be tried again'),
      looked: () => {
        const now = systemClock.now();
        for (const [kind, at] of this.heardAt) this.age.set({ kind }, (now - at) / 1_000);
      },
    };
  }
}
