import { Snowflake } from 'lucide-react';
import type { PolicyInForce } from '../gen/api.ts';
import { Card } from '../parts/card.tsx';
import { Pill } from '../parts/pill.tsx';
import classes from './policy.module.css';

interface SaidProps {
  sections: PolicyInForce['sections'];
  marked: number | undefined;
  onMark: (line: number) => void;
}

/** What a policy says, in sentences; each leads to its line. */
export function Said({ sections, marked, onMark }: SaidProps) {
  return sections.map(({ id, title, sentences }) => (
    <Card key={id} title={title} testId={`policy-${id}`}>
      <ul className={classes['said']}>
        {sentences.map(({ says, line, holdsNow }) => (
          <li key={`${line} ${says}`} data-marked={(line !== null && line === marked) || undefined}>
            <span className={classes['sentence']}>
              {holdsNow && (
                <Pill tone="blue">
                  <Snowflake size={11} aria-hidden /> holds now
                </Pill>
              )}{' '}
              {says}
            </span>
            {line === null ? (
              <span className={classes['default']} title="The file says nothing of it: this holds without.">
                default
              </span>
            ) : (
              <button type="button" className={classes['toLine']} onClick={() => onMark(line)}>
                line {line}
              </button>
            )}
          </li>
        ))}
      </ul>
    </Card>
  ));
}
