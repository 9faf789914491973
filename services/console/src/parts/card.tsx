import type { ReactNode } from 'react';
import classes from './parts.module.css';

interface CardProps {
  title: string;
  /** What it is about, in a sentence. */
  about?: ReactNode;
  /** Stands at the end of the title. */
  end?: ReactNode;
  testId?: string;
  children: ReactNode;
}

/** A part of a page with a title. */
export function Card({ title, about, end, testId, children }: CardProps) {
  return (
    <section className={classes['card']} aria-label={title} data-testid={testId}>
      <div className={classes['cardHead']}>
        <div>
          <h2>{title}</h2>
          {about && <p className={classes['cardAbout']}>{about}</p>}
        </div>
        {end}
      </div>
      {children}
    </section>
  );
}
