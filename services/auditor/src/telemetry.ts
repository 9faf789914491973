import { Injectable } from '@nestjs/common';
import { Metrics } from '@prunella/service-kit';
import { countOpen, countOutbox, type EventRecord, Store } from '@prunella/store';
import type { Audited } from './audit.ts';
import { isReversal, isUndo } from './ledger/causal.ts';
import { states } from './ledger/incident.ts';
import { healingActions } from './outcomes/proof.ts';

/** Counts what was newly recorded: whatever is delivered twice is counted once. */
@Injectable()
export class AuditTelemetry {
  private readonly actions;
  private readonly successes;
  private readonly durations;
  private readonly outcomes;
  private readonly reversals;
  private readonly undone;
  private readonly opened;
  private readonly events;
  private readonly open;
  private readonly decisions;
  private readonly outbox;
  private readonly heardUntil;

  constructor(
    metrics: Metrics,
    private readonly store: Store,
  ) {
    this.actions = metrics.counter('healing_actions_total', 'Actions that took effect.', ['action_type']);
    this.successes = metrics.counter('healing_actions_success_total', 'Actions that were proven to have healed.', [
      'action_type',
    ]);
    this.durations = metrics.seconds(
      'healing_action_duration_seconds',
      'Time from the start of an action to its effect.',
      ['action_type'],
      [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900],
    );
    this.outcomes = metrics.counter('prunella_outcomes_total', 'Outcomes of executed actions.', [
      'action_type',
      'outcome',
    ]);
    this.reversals = metrics.counter(
      'prunella_outcomes_reversed_total',
      'Heals that were taken back because the failure returned; prunella_outcomes_total counted them as healed.',
      ['action_type', 'outcome'],
    );
    this.undone = metrics.counter(
      'prunella_actions_undone_total',
      'Actions whose effect did harm and was taken back; healing_actions_total counted them.',
      ['action_type'],
    );
    // An alert on an increase does not see the first of a series that begins with it.
    for (const action_type of healingActions) {
      this.actions.inc({ action_type }, 0);
      this.successes.inc({ action_type }, 0);
      for (const outcome of ['healed', 'ineffective', 'harmful', 'inconclusive']) {
        this.outcomes.inc({ action_type, outcome }, 0);
      }
    }
    this.opened = metrics.counter('prunella_incidents_total', 'Incidents that were opened.');
    this.events = metrics.counter('prunella_events_recorded_total', 'Events that were recorded.', ['subject']);
    this.open = metrics.labelledGauge('prunella_incidents_open', 'Incidents that are not closed.', ['state']);
    this.decisions = metrics.counter(
      'prunella_decisions_total',
      'Decisions by what the policy said and by what became of them.',
      ['verdict', 'status'],
    );
    this.outbox = metrics.labelledGauge(
      'prunella_outbox_waiting',
      'Events that are recorded and not published yet.',
      [],
    );
    this.heardUntil = metrics.labelledGauge(
      'prunella_recorded_until_timestamp_seconds',
      'Until when every event is recorded, in seconds since the epoch.',
      [],
    );
  }

  count({ recorded, verdicts, opened }: Audited): void {
    for (const event of recorded) {
      this.events.inc({ subject: event.subject });
      if (event.subject !== 'action.executed') continue;
      // An undo follows from a decision, and is none; notes are not decided either.
      if (!isUndo(event) && event.data.verdict !== undefined) {
        this.decisions.inc({ verdict: event.data.verdict, status: event.data.status });
      }
      if (event.data.status !== 'executed') continue;
      if (isUndo(event)) this.undone.inc({ action_type: event.data.action.type });
      else this.countAction(event);
    }
    for (const { before, now } of verdicts) {
      const { action, outcome } = now.data;
      if (isReversal(now)) this.reversals.inc({ action_type: action, outcome });
      // What is taken back was counted as a heal, or is now.
      const first = isReversal(now) ? 'healed' : outcome;
      if (before !== undefined) continue;
      this.outcomes.inc({ action_type: action, outcome: first });
      if (first === 'healed') this.successes.inc({ action_type: action });
    }
    this.opened.inc(opened);
  }

  /** Reads how many incidents are open and events unpublished. The same on each replica. @param heardUntil in ms since the epoch. */
  async refresh(heardUntil: number): Promise<void> {
    this.heardUntil.set(heardUntil / 1_000);
    this.outbox.set(await this.store.read(countOutbox));
    const counts = await this.store.read(countOpen);
    for (const state of states.filter((each) => each !== 'closed')) {
      this.open.set({ state }, counts.find((count) => count.state === state)?.count ?? 0);
    }
  }

  private countAction({ data }: EventRecord<'action.executed'>): void {
    const labels = { action_type: data.action.type };
    this.actions.inc(labels);
    const ms = Date.parse(data.finishedAt ?? '') - Date.parse(data.startedAt ?? '');
    if (ms >= 0) this.durations.observe(labels, ms / 1_000);
  }
}
