import type { Excerpt } from '@prunella/contracts';
import { EyeOff } from 'lucide-react';
import type { EvidenceLine } from '../model/incident.ts';
import { toLogs } from '../model/log.ts';
import classes from './incident.module.css';
import { LogFigure } from './log-figure.tsx';

interface EvidenceBodyProps {
  lines: EvidenceLine[];
  excerpts: Excerpt[];
  gaps: string[];
}

/** The lines of the logs that speak for the cause, in what stood around them, and what could not be read. */
export function EvidenceBody({ lines, excerpts, gaps }: EvidenceBodyProps) {
  return (
    <>
      {toLogs(lines, excerpts).map((log) => (
        <LogFigure key={log.key} log={log} />
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
