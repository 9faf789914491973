import { Anchor } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from 'react-router';
import { debtsOfQuery } from '../api/answers.ts';
import { Until } from '../parts/timestamp.tsx';
import around from './around.module.css';
import classes from './incident.module.css';

/** What this incident left to be repaired. Nothing where it left nothing. */
export function DebtsPanel({ id }: { id: string }) {
  const { data } = useQuery(debtsOfQuery(id));
  if (data === undefined || data.items.length === 0) return null;
  return (
    <section className={classes['panel']} data-testid="left-debts">
      <h2>Left to repair</h2>
      <ul className={around['due']}>
        {data.items.map((debt) => (
          <li key={debt.id}>
            {debt.what}
            <span>
              {debt.state === 'resolved' ? (
                'repaired'
              ) : (
                <>
                  {debt.count === 1 ? 'once' : `${debt.count} times`} so far, due <Until at={debt.dueAt} />
                  {debt.owner ? `, ${debt.owner} repairs it` : ', nobody repairs it yet'}
                </>
              )}
            </span>
          </li>
        ))}
      </ul>
      <p className={classes['footnote']}>
        <Anchor component={Link} to="/debts" size="xs">
          All debts
        </Anchor>
      </p>
    </section>
  );
}
