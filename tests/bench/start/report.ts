import { type Memory, together } from '../../support/memory.ts';
import { SERVICES } from '../../support/replicas.ts';
import { atMost, type Part, type Target } from '../report/part.ts';
import { table } from '../report/table.ts';
import { percentile } from '../store/percentile.ts';
import type { StartFigures } from './measure.ts';

const READY_MS = 5_000;
const TOGETHER_MB = 400;

export function startPart(figures: StartFigures): Part {
  return { figures, targets: targetsOf(figures), tables: tablesOf(figures) };
}

function targetsOf({ npmStart, memory, chains }: StartFigures): Target[] {
  const all = (when: keyof StartFigures['memory']) => together(Object.values(memory[when]));
  return [
    atMost('`npm start` until ready, on an empty home', READY_MS, npmStart.first, seconds),
    atMost('`npm start` until ready, again', READY_MS, middle(npmStart.again), seconds),
    atMost('memory of the four services, after their start', TOGETHER_MB, all('started').once, mb),
    atMost(`memory of the four services, after ${chains} chains`, TOGETHER_MB, all('used').once, mb),
    atMost(`the same as the sum of their RSS`, TOGETHER_MB, all('used').rss, mb),
  ];
}

function tablesOf({ npmStart, services, memory, chains }: StartFigures): string {
  const rows = SERVICES.map((name) => [
    name,
    `${Math.round(middle(services[name]))} ms`,
    cells(memory.started[name]),
    cells(memory.used[name]),
  ]);
  const sums = [memory.started, memory.used].map((all) => {
    const { rss, pss, once } = together(Object.values(all));
    return `${mb(rss)} / ${mb(pss)}; shared once: ${mb(once)}`;
  });
  return [
    `\`npm start\` until all services are ready: ${seconds(npmStart.first)} on an empty home, then ${npmStart.again.map(seconds).join(', ')}.\n`,
    table(
      ['', 'from spawn to ready', 'RSS / PSS after the start', `RSS / PSS after ${chains} chains`],
      [...rows, ['together', '', ...sums]],
    ),
  ].join('\n');
}

function cells({ rss, pss }: Memory): string {
  return `${mb(rss)} / ${mb(pss)}`;
}

function middle(values: readonly number[]): number {
  return percentile(values, 0.5);
}

function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(2)} s`;
}

function mb(value: number): string {
  return `${Math.round(value)} MB`;
}
