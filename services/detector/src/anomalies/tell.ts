import { type Judgement, say, type Unit } from '@prunella/baselines';
import type { Run } from '@prunella/contracts';
import { iso, runOf } from '@prunella/core';
import { type JudgeDeps, ofItsIncident } from '../detect.ts';
import type { Report } from '../sources/source.ts';
import { attemptId, type Place } from './series.ts';

export interface TellDeps extends Pick<JudgeDeps, 'originOf'> {
  /** Resolves when the report is on disk; false: somebody had published it before. Throws UnreachableError. */
  publishOnce(report: Report): Promise<boolean>;
  /** Told of each anomaly that is new on the bus. */
  told(place: Place, says: string): void;
}

interface Anomaly {
  place: Place;
  judged: Judgement;
  /** When it began, in ms since the epoch. */
  at: number;
  /** When it is told, likewise. */
  now: number;
  running: boolean;
}

/** Publishes what is unusual. The same series of the same attempt has the same id, whenever and however it is told. */
export async function tell(
  event: { id: string; data: Run & { incidentId: string } },
  { place, judged, at, now, running }: Anomaly,
  d: TellDeps,
): Promise<void> {
  const { series } = place;
  const mine = ofItsIncident(event.data, await d.originOf(event.data));
  const says = inWords(series.name, say(judged, at, series.unit as Unit), running);
  const { value, expected, low, high, ratio, score, samples } = judged;
  const isNew = await d.publishOnce({
    subject: 'anomaly.detected',
    id: `${series.id}/${attemptId(event.data) || event.id}`,
    source: 'prunella/detector',
    time: iso(now),
    data: {
      incidentId: mine.incidentId,
      run: runOf(mine),
      series,
      value,
      expected,
      low,
      high,
      ratio,
      score,
      samples,
      says,
      running,
      at: iso(now),
    },
  });
  if (isNew) d.told(place, says);
}

function inWords(name: string, numbers: string, running: boolean): string {
  return `${name.slice(0, 200)}${running ? ' still runs after ' : ': '}${numbers}`;
}
