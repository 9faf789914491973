import { Inject, Injectable } from '@nestjs/common';
import { systemClock } from '@prunella/core';
import { ENVIRONMENT, Metrics } from '@prunella/service-kit';
import { Store, storeHealth, tallyArms } from '@prunella/store';
import type { AuditorEnvironment } from './environment.ts';
import { healingActions } from './outcomes/proof.ts';
import { reliabilityReport } from './report/reports.ts';
import { upliftReport } from './report/uplift.ts';

const MONTH_MS = 30 * 86_400_000;
/** They are of a month: nobody sees a minute in them. */
const REFRESH_MS = 5 * 60_000;

/**
 * Shows in metrics what healing adds to what becomes well by itself, whether what is said to heal does heal, both over the last 30 days, and how the database
 * is. What can't be told, because there are too few cases, is not shown: no data is no zero.
 */
@Injectable()
export class ProofTelemetry {
  private readonly success;
  private readonly cases;
  private readonly uplift;
  private readonly calibration;
  private readonly stated;
  private readonly bytes;
  private readonly partitionsUntil;
  private refreshedAt = Number.NEGATIVE_INFINITY;

  constructor(
    metrics: Metrics,
    @Inject(Store) private readonly store: Store,
    @Inject(ENVIRONMENT) private readonly environment: AuditorEnvironment,
  ) {
    this.success = metrics.labelledGauge(
      'prunella_success_ratio',
      'Share of the incidents of 30 days that became well: of those that were healed, and of those it is compared with.',
      ['arm', 'method'],
    );
    this.cases = metrics.labelledGauge('prunella_success_cases', 'How many incidents prunella_success_ratio is of.', [
      'arm',
      'method',
    ]);
    this.uplift = metrics.labelledGauge(
      'prunella_uplift_ratio',
      'What healing adds to what becomes well by itself, over 30 days, with the ends of its interval at 95 %.',
      ['bound', 'method'],
    );
    this.calibration = metrics.labelledGauge(
      'prunella_calibration_error_ratio',
      'How far what was said to heal is from what healed, on average over 30 days.',
      [],
    );
    this.stated = metrics.labelledGauge(
      'prunella_stated_cases',
      'How many decisions prunella_calibration_error_ratio is of.',
      [],
    );
    this.bytes = metrics.labelledGauge('prunella_database_bytes', 'How large the database is.', []);
    this.partitionsUntil = metrics.labelledGauge(
      'prunella_partitions_until_timestamp_seconds',
      'Until when there are partitions for events, in seconds since the epoch.',
      [],
    );
  }

  /** Reads them again, at most every five minutes. The same on each replica. */
  async refresh(): Promise<void> {
    const now = systemClock.now();
    if (now - this.refreshedAt < REFRESH_MS) return;
    this.refreshedAt = now;
    const range = { from: new Date(now - MONTH_MS), to: new Date(now) };
    await this.refreshUplift(range, now);
    const { calibrationError, cases } = await reliabilityReport({ store: this.store }, range, undefined);
    this.stated.set(cases);
    if (calibrationError === null) this.calibration.remove();
    else this.calibration.set(calibrationError);
    const { bytes, partitionsUntil } = await this.store.read(storeHealth);
    this.bytes.set(bytes);
    if (partitionsUntil !== undefined) this.partitionsUntil.set(partitionsUntil / 1_000);
  }

  private async refreshUplift(range: { from: Date; to: Date }, now: number): Promise<void> {
    const about = {
      actions: healingActions,
      withinMs: this.environment.PRUNELLA_SETTLE_WITHIN,
      now: new Date(now),
    };
    const { overall } = upliftReport(await this.store.read((manager) => tallyArms(manager, range, about)));
    const { method, treated, control, difference } = overall;
    for (const gauge of [this.success, this.cases, this.uplift]) gauge.reset();
    for (const [arm, { successes, cases }] of Object.entries({ treated, control })) {
      this.cases.set({ arm, method }, cases);
      if (cases > 0) this.success.set({ arm, method }, successes / cases);
    }
    if (difference === undefined) return;
    for (const bound of ['value', 'low', 'high'] as const) this.uplift.set({ bound, method }, difference[bound]);
  }
}
