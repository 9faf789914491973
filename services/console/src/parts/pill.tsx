import type { ReactNode } from 'react';
import classes from './parts.module.css';
import type { Tone } from './status.ts';

/** A word in its colour. */
export function Pill({ tone, children }: { tone: Tone; children: ReactNode }) {
  return (
    <span className={classes['pill']} data-tone={tone}>
      {children}
    </span>
  );
}
