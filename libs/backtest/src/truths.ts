import type { DiagnosisMade, Run } from '@prunella/contracts';
import { domainOf } from '@prunella/core';
import { orderKey } from '@prunella/decision';
import { isSpaced } from '@prunella/policy';
import { BoundedMap } from './bounded-map.ts';
import type { PastCase, Truth } from './past-case.ts';
import type { PastEvent } from './past-event.ts';

type PipelineEvent = PastEvent<'pipeline.started' | 'pipeline.finished' | 'pipeline.failed'>;

const MOST_RUNS = 50_000;

/**
 * Finds out what became of failures by what happened at the same commit afterwards: a later attempt of the same run, or another run of the same
 * pipeline that began after the failure. The first of them that proves something counts. What no rerun proved stays unknown.
 */
export class Truths {
  private readonly byIncident = new Map<string, PastCase[]>();
  private readonly byCommit = new Map<string, PastCase[]>();
  /** When an attempt began and how long it took, in ms, by the order's key. */
  private readonly runs = new BoundedMap<string, { startedAt?: number; lastedMs?: number }>(MOST_RUNS);

  /** Takes in how a run went. @returns the cases whose truth is known now. */
  hear(event: PipelineEvent): PastCase[] {
    const { data } = event;
    const { attempt, incidentId } = data;
    const key = orderKey(incidentId, attempt);
    const startedAt = data.startedAt === undefined ? this.runs.get(key)?.startedAt : Date.parse(data.startedAt);
    const begunAt = startedAt ?? (event.subject === 'pipeline.started' ? event.at : undefined);
    const finishedAt = 'finishedAt' in data && data.finishedAt ? Date.parse(data.finishedAt) : undefined;
    const lastedMs = begunAt !== undefined && finishedAt !== undefined ? finishedAt - begunAt : undefined;
    if (begunAt !== undefined) {
      this.runs.set(key, { startedAt: begunAt, ...(lastedMs !== undefined && lastedMs > 0 && { lastedMs }) });
    }
    if (data.kind !== 'run') return [];
    for (const one of this.byIncident.get(incidentId) ?? []) {
      if (one.diagnosis.run.attempt < attempt && one.recorded?.executedAt === undefined) one.overtaken = true;
    }
    if (event.subject !== 'pipeline.finished' || event.data.conclusion !== 'success') return [];
    return this.settle(event.data, begunAt, (what) => ({ kind: 'passes', says: `${what} went green` }));
  }

  /** How long an attempt took, in ms, as far as is known. */
  lastedMs(key: string): number | undefined {
    return this.runs.get(key)?.lastedMs;
  }

  /** Takes in why a run failed. @returns the cases whose truth is known now. */
  diagnosed({ incidentId, run, cause, fingerprint }: DiagnosisMade): PastCase[] {
    if (run.kind !== 'run') return [];
    const { startedAt } = this.runs.get(orderKey(incidentId, run.attempt)) ?? {};
    return this.settle({ ...run, incidentId }, startedAt, (what, earlier) => {
      if (earlier.diagnosis.fingerprint === fingerprint) {
        return { kind: 'fails', says: `${what} failed in the same way: ${cause}` };
      }
      return domainOf(cause) === 'code'
        ? { kind: 'defect', says: `${what} failed because of the code: ${cause}` }
        : { kind: 'unknown', why: 'failed-differently', says: `${what} failed differently: ${cause}` };
    });
  }

  open(one: PastCase): void {
    const { incidentId, run } = one.diagnosis;
    add(this.byIncident, incidentId, one);
    const commit = commitOf(run);
    if (commit !== undefined) add(this.byCommit, commit, one);
  }

  close(one: PastCase): void {
    const { incidentId, run } = one.diagnosis;
    remove(this.byIncident, incidentId, one);
    const commit = commitOf(run);
    if (commit !== undefined) remove(this.byCommit, commit, one);
  }

  private settle(
    later: Run & { incidentId: string },
    begunAt: number | undefined,
    truthOf: (what: string, earlier: PastCase) => Truth,
  ): PastCase[] {
    const commit = commitOf(later);
    const sameRun = (this.byIncident.get(later.incidentId) ?? [])
      .filter(({ diagnosis: { run } }) => run.attempt < later.attempt && sameCommit(run, later))
      .map((one) => ({ one, what: `attempt ${later.attempt}` }));
    // A run whose beginning is not known may have begun together with the one that failed.
    const others =
      commit === undefined || begunAt === undefined
        ? []
        : (this.byCommit.get(commit) ?? [])
            .filter(({ diagnosis, at }) => diagnosis.incidentId !== later.incidentId && begunAt >= at)
            .map((one) => ({ one, what: `run ${later.runId} of the same commit` }));
    return [...sameRun, ...others]
      .filter(({ one }) => isOpen(one.truth))
      .map(({ one, what }) => {
        one.truth = tainted(one) ?? truthOf(what, one);
        return one;
      });
  }
}

function isOpen(truth: Truth): boolean {
  return truth.kind === 'unknown' && truth.why === 'nobody-reran';
}

/** What passed after something else was done says nothing of a mere rerun. */
function tainted({ recorded }: PastCase): Truth | undefined {
  if (recorded?.executedAt === undefined || isSpaced(recorded.action)) return undefined;
  const says = `it was run again after ${recorded.action}, which says nothing of a mere rerun`;
  return { kind: 'unknown', why: 'something-else-was-done', says };
}

function sameCommit(a: Run, b: Run): boolean {
  return a.headSha === '' || b.headSha === '' || a.headSha === b.headSha;
}

function commitOf({ platform, repository, pipelineId, headSha, kind }: Run): string | undefined {
  return headSha === '' || kind !== 'run' ? undefined : [platform, repository, pipelineId, headSha].join('\n');
}

function add(index: Map<string, PastCase[]>, key: string, one: PastCase): void {
  const list = index.get(key);
  if (list === undefined) index.set(key, [one]);
  else list.push(one);
}

function remove(index: Map<string, PastCase[]>, key: string, one: PastCase): void {
  const left = (index.get(key) ?? []).filter((other) => other !== one);
  if (left.length === 0) index.delete(key);
  else index.set(key, left);
}
