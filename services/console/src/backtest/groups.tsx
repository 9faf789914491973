import { Button } from '@mantine/core';
import { useState } from 'react';
import {
  difference,
  formatMeasure,
  type Group,
  groups,
  MEASURES,
  type Measure,
  type PolicyReport,
} from '../model/backtest.ts';
import { CAUSES, labelOf } from '../model/words.ts';
import { Card } from '../parts/card.tsx';
import { type Column, DataTable } from '../parts/data-table.tsx';
import partClasses from '../parts/parts.module.css';
import { Pill } from '../parts/pill.tsx';
import classes from './backtest.module.css';

const FIRST_ROWS = 10;
const SHOWN = ['failures', 'healed', 'false', 'unjudged', 'missed', 'loops', 'minutes'];
const measures = SHOWN.flatMap((id) => MEASURES.filter((measure) => measure.id === id));

interface GroupsProps {
  by: 'causes' | 'repositories';
  now: PolicyReport;
  before: PolicyReport | undefined;
}

const WORDS = {
  causes: { title: 'By cause', one: 'Cause', nameOf: (name: string) => labelOf(CAUSES, name as keyof typeof CAUSES) },
  repositories: { title: 'By repository', one: 'Repository', nameOf: (name: string) => name },
};

/** The sums by cause or by repository; what differs stands beside the number. */
export function Groups({ by, now, before }: GroupsProps) {
  const [isWhole, setWhole] = useState(false);
  const { title, one, nameOf } = WORDS[by];
  const all = groups(now[by], before?.[by]);
  const columns: readonly Column<Group>[] = [
    { title: one, wide: true, cell: ({ name }) => nameOf(name) },
    ...measures.map((measure) => ({
      title: measure.label,
      numeric: true,
      cell: (group: Group) => <Sum measure={measure} group={group} currency={now.currency} />,
    })),
  ];
  return (
    <Card title={title} about={before && 'Of the new policy; beside it by how much that is more or less than before.'}>
      <DataTable
        label={title}
        testId={by}
        columns={columns}
        items={isWhole ? all : all.slice(0, FIRST_ROWS)}
        keyOf={({ name }) => name}
        error={null}
        onRetry={() => undefined}
        empty="There were no failures in this time."
      />
      {!isWhole && all.length > FIRST_ROWS && (
        <div className={partClasses['more']}>
          <Button variant="default" onClick={() => setWhole(true)}>
            Show all {all.length}
          </Button>
        </div>
      )}
    </Card>
  );
}

function Sum({ measure, group, currency }: { measure: Measure; group: Group; currency: string }) {
  const { now, before } = group;
  const change = before && difference(measure, measure.of(now), measure.of(before), currency);
  return (
    <span className={classes['withChange']}>
      {formatMeasure(measure, measure.of(now), currency)}
      {change && <Pill tone={change.tone}>{change.says}</Pill>}
    </span>
  );
}
