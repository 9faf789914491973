import { useQuery } from '@tanstack/react-query';
import { policyQuery } from '../api/backtests.ts';
import type { PolicyCheck } from '../gen/api.ts';
import { saidDifferences } from '../model/backtest.ts';
import classes from './backtest.module.css';

type Sections = PolicyCheck['sections'];

interface WhatItChangesProps {
  /** undefined: not known yet; empty: the text is broken. */
  now: Sections | undefined;
  against: 'current' | 'other' | 'nothing';
  other: Sections | undefined;
}

/** What the text says otherwise than what it is compared with, in sentences. */
export function WhatItChanges({ now, against, other }: WhatItChangesProps) {
  const { data } = useQuery(policyQuery);
  const before = against === 'other' ? other : data?.sections;
  if (against === 'nothing' || !now?.length || !before?.length) return null;
  return <Differences before={before} now={now} />;
}

/** Sentences that only one of two policies says. */
export function Differences({ before, now }: { before: Sections; now: Sections }) {
  const differences = saidDifferences(before, now);
  return (
    <section className={classes['changes']} aria-label="What it changes" data-testid="what-it-changes">
      <h3>What it changes</h3>
      {differences.length === 0 && <p>Nothing yet: both say the same.</p>}
      {differences.map(({ title, gone, come }) => (
        <div key={title}>
          <h4>{title}</h4>
          <ul>
            {gone.map((says) => (
              <li key={says} data-change="gone">
                <span className={classes['sign']}>was</span>
                <del>{says}</del>
              </li>
            ))}
            {come.map((says) => (
              <li key={says} data-change="come">
                <span className={classes['sign']}>now</span>
                <ins>{says}</ins>
              </li>
            ))}
          </ul>
        </div>
      ))}
    </section>
  );
}
