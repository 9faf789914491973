import { Info } from 'lucide-react';
import { actedOn, type BacktestReport, inWords, RESULTS, type Tally } from '../model/backtest.ts';
import { formatDuration } from '../model/format.ts';
import { Card } from '../parts/card.tsx';
import { Shares } from '../parts/shares.tsx';
import classes from './backtest.module.css';
import { ChangedCases } from './changed-cases.tsx';
import { Groups } from './groups.tsx';
import { Sides } from './sides.tsx';

/** What a backtest found: in words, in numbers, by cause and repository, and case by case. */
export function Result({ report, isCurrent }: { report: BacktestReport; isCurrent: boolean }) {
  const { policy, against } = report;
  const [first, ...more] = inWords(report);
  const before = isCurrent ? 'In force' : 'Compared with';
  return (
    <>
      <section className={classes['headline']} aria-label="What it found" data-testid="headline">
        <h2>{first}</h2>
        {more.map((says) => (
          <p key={says}>{says}</p>
        ))}
        <div className={classes['bars']}>
          {against && <Bar label={before} tally={against.totals} />}
          <Bar label={against ? 'New' : 'Policy'} tally={policy.totals} />
        </div>
        <Legend tallies={[policy.totals, ...(against ? [against.totals] : [])]} />
      </section>
      <Sides report={report} before={before} />
      <HowSure report={report} />
      {(['causes', 'repositories'] as const).map((by) => (
        <Groups key={by} by={by} now={policy} before={against} />
      ))}
      <ChangedCases report={report} before={before} />
    </>
  );
}

const SHOWN = Object.entries(RESULTS) as [keyof typeof RESULTS, (typeof RESULTS)[keyof typeof RESULTS]][];

function Bar({ label, tally }: { label: string; tally: Tally }) {
  const parts = SHOWN.filter(([result]) => result !== 'absent').map(([result, { label: name, tone }]) => ({
    ...{ label: name.toLowerCase(), tone, count: tally.results[result] },
  }));
  return (
    <div className={classes['bar']}>
      <span>{label}</span>
      <Shares parts={parts} />
      <span className={classes['barEnd']}>{actedOn(tally).toLocaleString('en')} acted on</span>
    </div>
  );
}

function Legend({ tallies }: { tallies: readonly Tally[] }) {
  const shown = SHOWN.filter(([result]) => result !== 'absent' && tallies.some(({ results }) => results[result] > 0));
  return (
    <ul className={classes['legend']}>
      {shown.map(([result, { label, tone }]) => (
        <li key={result} data-tone={tone}>
          {label}
        </li>
      ))}
    </ul>
  );
}

/** What the numbers rest on, and what they can't tell. */
function HowSure({ report: { history, truth } }: { report: BacktestReport }) {
  const { diagnosed, diagnosedNow, undiagnosed, capabilityAssumed, judgeWithinMs } = history;
  const judged = truth.passes + truth.fails + truth.defect;
  const facts = [
    `Reruns of the same commit within ${formatDuration(judgeWithinMs)} say what became of ${judged} of ${judged + truth.unknown} failures: ${truth.passes} passed, ${truth.fails} failed in the same way, ${truth.defect} because of the code. Of ${truth.unknown} nobody knows: they were never run again.`,
    'People run again what they think is flaky, so what is known is no fair sample of the rest. What passed after hours counts like what passed at once.',
    `${diagnosed} diagnoses are used as they were made then, with what was learnt by then${diagnosedNow > 0 ? `; ${diagnosedNow} were made now` : ''}.`,
    ...(undiagnosed > 0 ? [`${undiagnosed} failures without a diagnosis are left out.`] : []),
    ...(capabilityAssumed > 0
      ? [`Of ${capabilityAssumed} no record says whether anything could have been done: it is taken that it could.`]
      : []),
  ];
  return (
    <Card title="How sure this is" testId="how-sure">
      <ul className={classes['sure']}>
        {facts.map((fact) => (
          <li key={fact}>
            <Info size={14} aria-hidden />
            <span>{fact}</span>
          </li>
        ))}
      </ul>
    </Card>
  );
}
