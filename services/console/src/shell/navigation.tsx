import { useQuery, useQueryClient } from '@tanstack/react-query';
import { NavLink } from 'react-router';
import { approvalsQuery } from '../api/answers.ts';
import { useLiveIncidents } from './live-context.ts';
import { PAGES } from './pages.ts';
import classes from './shell.module.css';

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
      {PAGES.filter(({ pages }) => pages.length > 0).map(({ group, pages }) => (
        <section key={group} aria-label={group}>
          <p aria-hidden>{group}</p>
          {pages.map(({ to, title, icon: Icon }) => (
            <NavLink key={to} to={to} end={to === '/'}>
              <Icon size={16} aria-hidden />
              {title}
              {to === '/approvals' && waiting > 0 && (
                <span className={classes['count']}>
                  <span aria-hidden>{waiting}</span>
                  <span className={classes['hidden']}>, {waiting} waiting</span>
                </span>
              )}
            </NavLink>
          ))}
        </section>
      ))}
    </nav>
  );
}
