import { type Judgement, judge, learn } from '@prunella/baselines';
import type { Received } from '@prunella/bus';
import type { PipelineFinished } from '@prunella/contracts';
import type { Clock } from '@prunella/core';
import type { AnomalySettings } from '@prunella/policy';
import { type Book, emptyPage, type Page, withNewest } from './book.ts';
import { attemptId, durationOf, durationPlace, type Measured, measuredIn } from './series.ts';
import { type TellDeps, tell } from './tell.ts';

export interface EndedDeps extends TellDeps {
  settings: AnomalySettings;
  book: Book;
  clock: Clock;
}

/**
 * Something ended: what passed is held against what is usual, told where it is not, and learnt, in this order, so that a crash in between tells it again
 * under the same id and never loses it. What did not pass teaches nothing.
 */
export async function ended(event: Received<'pipeline.finished'>, d: EndedDeps): Promise<void> {
  const { data } = event;
  if (data.conclusion !== 'success') return await noteEnd(data, d);
  const all = measuredIn(data, event.id, d.settings);
  for (const measured of all) await one(event, measured, d);
  // The duration was not told, or it was noted with it.
  if (durationOf(data, event.id, d.settings) === undefined) await noteEnd(data, d);
}

/** How many times as long as usual something took; undefined: too little is known, or it is not looked at. */
export async function durationRatio(
  { data, id }: Pick<Received<'pipeline.finished'>, 'data' | 'id'>,
  { settings, book }: Pick<EndedDeps, 'settings' | 'book'>,
): Promise<number | undefined> {
  const measured = durationOf(data, id, settings);
  const page = measured && (await book.read(measured.series.id));
  if (measured === undefined || page === undefined) return undefined;
  const judged = judge(page.baseline, measured, measured.kind, measured.sensitivity);
  return judged && Math.round(judged.ratio * 100) / 100;
}

async function one(event: Received<'pipeline.finished'>, measured: Measured, d: EndedDeps): Promise<void> {
  const { series, kind, sensitivity, id, at } = measured;
  const attempt = attemptId(event.data);
  await d.book.change(series.id, async (page = emptyPage) => {
    if (page.seen.includes(id)) return undefined;
    if (unusual(page) !== undefined) {
      // It is told by what is known now; where that is more than was learnt here, this is done once more.
      const judged = unusual(await d.book.read(series.id));
      if (judged) await tell(event, { place: measured, judged, at, now: d.clock.now(), running: false }, d);
    }
    return learnt(page);
  });

  function unusual(page: Page | undefined): Judgement | undefined {
    const judged = page && judge(page.baseline, measured, kind, sensitivity);
    const isNews = judged?.anomalous && !page?.seen.includes(id) && !page?.told.includes(attempt);
    return isNews ? judged : undefined;
  }

  function learnt(page: Page): Page {
    return {
      ...page,
      baseline: learn(page.baseline, measured, kind),
      seen: withNewest(page.seen, id),
      ended: withNewest(page.ended, attempt),
    };
  }
}

/** So that nobody says it still runs. */
async function noteEnd(data: PipelineFinished, d: EndedDeps): Promise<void> {
  const where = durationPlace(data, d.settings);
  const attempt = attemptId(data);
  if (where === undefined || attempt === '') return;
  await d.book.change(where.series.id, (page) =>
    page === undefined || page.ended.includes(attempt)
      ? undefined
      : { ...page, ended: withNewest(page.ended, attempt) },
  );
}
