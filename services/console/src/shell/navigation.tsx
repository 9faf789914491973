import { useQuery, useQueryClient } from '@tanstack/react-query';
import { NavLink } from 'react-router';
import { approvalsQuery } from '../api/answers.ts';
import { useLiveIncidents } from './live-context.ts';
import classes from './shell.module.css';

const PAGES = [
  { to: '/', title: 'Overview' },
  { to: '/incidents', title: 'Incidents' },
  { to: '/approvals', title: 'Approvals' },
  { to: '/tests', title: 'Tests' },
  { to: '/debts', title: 'Debts' },
  { to: '/learning', title: 'Learning' },
  { to: '/access', title: 'Access' },
];

/** The way to each page. */
export function Navigation() {
  const queryClient = useQueryClient();
  const { data } = useQuery(approvalsQuery);
  const refresh = () => void queryClient.invalidateQueries({ queryKey: approvalsQuery.queryKey });
  useLiveIncidents(({ state }) => {
    // What asked before is in the list; what asks now is not.
    if (state === 'awaiting_approval' || (data?.items.length ?? 0) > 0) refresh();
  }, refresh);
  const waiting = data?.items.length ?? 0;
  return (
    <nav className={classes['navigation']} aria-label="Pages">
      {PAGES.map(({ to, title }) => (
        <NavLink key={to} to={to} end={to === '/'}>
          {title}
          {to === '/approvals' && waiting > 0 && (
            <span className={classes['count']}>
              <span aria-hidden>{waiting}</span>
              <span className={classes['hidden']}>, {waiting} waiting</span>
            </span>
          )}
        </NavLink>
      ))}
    </nav>
  );
}
