import { EyeOff, SquareTerminal } from 'lucide-react';
import { type EvidenceBlock, toBlocks } from '../model/evidence.ts';
import type { EvidenceLine } from '../model/incident.ts';
import classes from './incident.module.css';

/** The lines of the logs that speak for the cause. They come from outside: text, and nothing else. */
export function EvidenceBody({ lines, gaps }: { lines: EvidenceLine[]; gaps: string[] }) {
  return (
    <>
      {toBlocks(lines).map((block) => (
        <Block key={block.job} block={block} />
      ))}
      {gaps.length > 0 && (
        <ul className={classes['gaps']} aria-label="What could not be read">
          {gaps.map((gap) => (
            <li key={gap}>
              <EyeOff size={13} aria-hidden />
              {gap}
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

function Block({ block: { job, lines } }: { block: EvidenceBlock }) {
  return (
    <figure className={classes['log']} data-testid="evidence">
      <figcaption>
        <SquareTerminal size={13} aria-hidden />
        {job || 'Error as it was reported'}
      </figcaption>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls has to be reachable by the keyboard */}
      <section className={classes['lines']} tabIndex={0} aria-label={`Log lines of ${job || 'the report'}`}>
        {lines.map(({ line, text, decisive, skipped }) => (
          <div
            key={`${line}:${text}`}
            className={classes['line']}
            data-decisive={decisive || undefined}
            data-gap={skipped > 0 || undefined}
          >
            <span className={classes['lineNumber']}>{line > 0 ? line : ''}</span>
            <span className={classes['lineText']}>
              {decisive && <span className={classes['hidden']}>Decisive: </span>}
              {text}
            </span>
          </div>
        ))}
      </section>
    </figure>
  );
}
