import { CircleAlert, CircleCheck, CircleX, type LucideIcon } from 'lucide-react';
import type { DoctorReport } from '../gen/api.ts';
import type { Tone } from '../parts/status.ts';
import classes from './settings.module.css';

type Finding = DoctorReport['findings'][number];

const LOOKS: Record<Finding['state'], { icon: LucideIcon; tone: Tone; says: string }> = {
  bad: { icon: CircleX, tone: 'red', says: 'To be mended' },
  note: { icon: CircleAlert, tone: 'amber', says: 'Good to know' },
  ok: { icon: CircleCheck, tone: 'green', says: 'In order' },
};

/** What was found, what must be mended first on top; what is in order is folded away. */
export function Findings({ findings }: { findings: readonly Finding[] }) {
  const [open, fine] = [findings.filter(({ state }) => state !== 'ok'), findings.filter(({ state }) => state === 'ok')];
  return (
    <>
      {open.length === 0 && (
        <p className={classes['good']} role="status">
          <CircleCheck size={18} aria-hidden />
          Nothing stands in the way.
        </p>
      )}
      <List findings={open} testId="findings" />
      {fine.length > 0 && (
        <details className={classes['more']}>
          <summary>{fine.length} more looked at, and in order</summary>
          <List findings={fine} testId="fine" />
        </details>
      )}
    </>
  );
}

function List({ findings, testId }: { findings: readonly Finding[]; testId: string }) {
  return (
    <ul className={classes['findings']} data-testid={testId}>
      {findings.map((finding) => (
        <Item key={`${finding.name} ${finding.state} ${finding.found} ${finding.mend}`} finding={finding} />
      ))}
    </ul>
  );
}

function Item({ finding: { name, state, found, mend, docs, services } }: { finding: Finding }) {
  const { icon: Icon, tone, says } = LOOKS[state];
  return (
    <li className={classes['finding']} data-tone={tone} data-state={state}>
      <Icon size={18} role="img" aria-label={says} />
      <span className={classes['what']}>{name}</span>
      <span className={classes['who']}>{services.join(', ')}</span>
      <span className={classes['found']}>{found}</span>
      {mend !== null && (
        <span className={classes['mend']}>
          <b>How to mend it:</b> {mend}.
        </span>
      )}
      {docs !== null && (
        <span className={classes['docs']}>
          More in <code>{docs}</code>
        </span>
      )}
    </li>
  );
}
