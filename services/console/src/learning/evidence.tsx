import type { ActionType } from '@prunella/contracts';
import { useQuery } from '@tanstack/react-query';
import { evidenceQuery } from '../api/report-queries.ts';
import type { ConfidenceEvidence } from '../gen/api.ts';
import { formatPercent } from '../model/format.ts';
import { CAUSES, labelOf } from '../model/words.ts';
import { type Column, DataTable } from '../parts/data-table.tsx';
import { ErrorMessage } from '../shell/error-message.tsx';
import classes from './learning.module.css';

interface Ground {
  what: string;
  about: string;
  helped: number;
  tried: number;
}

const COLUMNS: readonly Column<Ground>[] = [
  {
    title: 'Outcomes of',
    wide: true,
    cell: ({ what, about }) => (
      <span>
        {what}
        <span className={classes['about']}>{about}</span>
      </span>
    ),
  },
  { title: 'Healed, by weight', numeric: true, cell: ({ helped, tried }) => `${round(helped)} of ${round(tried)}` },
  { title: 'Share', numeric: true, cell: ({ helped, tried }) => (tried === 0 ? '–' : formatPercent(helped / tried)) },
];

/** What the belief about a rule and action stands on. */
export function Evidence({ decidedBy, action }: { decidedBy: string; action: ActionType }) {
  const { data, error, refetch } = useQuery(evidenceQuery(decidedBy, action));
  if (error !== null && data === undefined) return <ErrorMessage error={error} onRetry={() => void refetch()} />;
  return (
    <div className={classes['evidence']} data-testid="evidence">
      {data && <p>{sentenceOf(data)}</p>}
      <DataTable
        label={`Evidence for ${decidedBy}`}
        columns={COLUMNS}
        items={data && groundsOf(data)}
        keyOf={({ what }) => what}
        error={error}
        onRetry={() => void refetch()}
        empty=""
      />
    </div>
  );
}

function groundsOf({ own, sameCause, otherCauses, settings }: ConfidenceEvidence): Ground[] {
  const causes = own.causes.map(({ cause }) => labelOf(CAUSES, cause)).join(', ');
  const cap = `at most ${settings.priorWeight} of them count`;
  return [
    {
      what: 'this rule',
      about: `${own.healed} healed, ${own.ineffective} did not help, ${own.harmful} did harm${causes && `; for ${causes}`}. One of ${settings.halfLifeDays} days ago counts half.`,
      ...own,
    },
    { what: 'others, for the same cause', about: `${rules(sameCause.rules)}; ${cap}`, ...sameCause },
    { what: 'others, for other causes', about: `${rules(otherCauses.rules)}; ${cap}`, ...otherCauses },
  ];
}

function sentenceOf({ word, prior, mean, lower, threshold, settings }: ConfidenceEvidence): string {
  const acts =
    lower >= threshold ? `above the threshold of ${two(threshold)}` : `below the threshold of ${two(threshold)}`;
  return `It says ${two(word)} of itself; with others like it that is ${two(prior)}, with its own outcomes ${two(mean)}. With a probability of ${formatPercent(settings.credibility)} it heals at least ${two(lower)}: ${acts}.`;
}

function rules(count: number): string {
  return count === 0 ? 'none yet' : `${count} other ${count === 1 ? 'rule or model' : 'rules or models'}`;
}

function two(share: number): string {
  return share.toFixed(2);
}

function round(weight: number): string {
  return String(Math.round(weight * 10) / 10);
}
