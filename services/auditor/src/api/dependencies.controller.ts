import { Controller, Get, Inject } from '@nestjs/common';
import { Bus } from '@prunella/bus';
import { messageOf, systemClock, UnreachableError } from '@prunella/core';
import type { DependencyRecord } from '@prunella/policy';
import { Needs } from '@prunella/service-kit';
import { dependencyChanges, listIncidents, Store } from '@prunella/store';
import { AuditorPolicy } from '../auditor-policy.ts';
import { listDependencies } from '../dependencies/list-dependencies.ts';
import type { DependencyList } from './answers/dependencies.ts';
import { incidentOf } from './incidents.controller.ts';
import { Answers } from './openapi.ts';

const HISTORY_MS = 7 * 86_400_000;
const MOST_CHANGES = 50;
const MOST_SCHEDULED = 200;

/** What pipelines need, and how it is: the detector keeps it (docs/guide/preflight.md). */
@Controller('v1/dependencies')
@Needs('read')
export class DependenciesController {
  constructor(
    @Inject(Store) private readonly store: Store,
    private readonly bus: Bus,
    private readonly policy: AuditorPolicy,
  ) {}

  @Get()
  @Answers('DependencyList', 'The declared dependencies: how each is, since when and why, and who waits for it.')
  async list(): Promise<DependencyList> {
    const now = systemClock.now();
    const declared = this.policy.current.dependencies;
    const records = await this.records();
    const names = [...new Set([...declared, ...records].map(({ name }) => name))];
    const [rows, changes] = await Promise.all([
      this.store.read((manager) => listIncidents(manager, { state: 'scheduled' }, { limit: MOST_SCHEDULED })),
      this.store.read((manager) =>
        dependencyChanges(manager, names, { since: new Date(now - HISTORY_MS), most: MOST_CHANGES }),
      ),
    ]);
    return listDependencies({ declared, records, scheduled: rows.map(incidentOf), changes }, now);
  }

  private async records(): Promise<DependencyRecord[]> {
    try {
      const bucket = await this.bus.bucket<DependencyRecord>('prunella_dependencies');
      return (await bucket.entries()).map(({ value }) => value);
    } catch (error) {
      throw new UnreachableError(`NATS does not say how the dependencies are: ${messageOf(error)}`, { cause: error });
    }
  }
}
