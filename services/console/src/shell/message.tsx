import type { ReactNode } from 'react';
import classes from './shell.module.css';

interface MessageProps {
  icon: ReactNode;
  title: string;
  children?: ReactNode;
  action?: ReactNode;
  tone?: 'gray' | 'red' | 'violet';
  testId?: string;
}

/** What stands where there is nothing to show: empty, failed or not found. */
export function Message({ icon, title, children, action, tone = 'gray', testId }: MessageProps) {
  return (
    <section className={classes['message']} data-tone={tone} data-testid={testId}>
      <span className={classes['messageIcon']} aria-hidden>
        {icon}
      </span>
      <h2>{title}</h2>
      {children && <div className={classes['messageText']}>{children}</div>}
      {action}
    </section>
  );
}
