import { ActionIcon, CopyButton, Tooltip } from '@mantine/core';
import { useLocalStorage } from '@mantine/hooks';
import { Check, Copy, ExternalLink, MessageSquareWarning, SquareTerminal, WrapText } from 'lucide-react';
import { useLayoutEffect, useRef, useState } from 'react';
import { formatNumber, safeUrl } from '../model/format.ts';
import { type LogLine, type LogRow, type LogView, splitAt, textOfLog } from '../model/log.ts';
import classes from './log.module.css';

/** A part of a log with what matters in it marked. It comes from outside: text, and nothing else. */
export function LogFigure({ log }: { log: LogView }) {
  const [wrap, setWrap] = useLocalStorage({ key: 'prunella-log-wrap', defaultValue: true });
  const lines = useRef<HTMLElement>(null);
  const url = safeUrl(log.url);
  // A long one begins where it matters.
  useLayoutEffect(() => {
    const box = lines.current;
    const decisive = box?.querySelector<HTMLElement>('[data-decisive]');
    if (box && decisive) box.scrollTop = decisive.offsetTop - box.offsetTop - box.clientHeight / 2;
  }, []);
  const Icon = log.of === 'told' ? MessageSquareWarning : SquareTerminal;
  return (
    <figure className={classes['log']} data-testid="evidence">
      <figcaption>
        <span className={classes['title']}>
          <Icon size={14} aria-hidden />
          <span>{titleOf(log)}</span>
          {log.totalLines > 0 && <span className={classes['total']}>{formatNumber(log.totalLines)} lines</span>}
        </span>
        <span className={classes['tools']}>
          {url && (
            <a href={url} target="_blank" rel="noreferrer noopener" data-testid="job-link">
              Whole log
              <ExternalLink size={12} aria-label="opens in a new tab" />
            </a>
          )}
          <Tooltip label={wrap ? 'Long lines are broken' : 'Long lines run on'}>
            <ActionIcon
              variant="subtle"
              color="gray"
              size={24}
              aria-label="Break long lines"
              aria-pressed={wrap}
              onClick={() => setWrap(!wrap)}
            >
              <WrapText size={14} aria-hidden />
            </ActionIcon>
          </Tooltip>
          <CopyButton value={textOfLog(log)}>
            {({ copied, copy }) => (
              <Tooltip label={copied ? 'Copied' : 'Copy the lines'}>
                <ActionIcon
                  variant="subtle"
                  color="gray"
                  size={24}
                  aria-label={copied ? 'The lines were copied' : 'Copy the lines'}
                  onClick={copy}
                >
                  {copied ? <Check size={14} aria-hidden /> : <Copy size={14} aria-hidden />}
                </ActionIcon>
              </Tooltip>
            )}
          </CopyButton>
        </span>
      </figcaption>
      <section
        ref={lines}
        className={classes['lines']}
        data-wrap={wrap}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls has to be reachable by the keyboard
        tabIndex={0}
        aria-label={`Lines of ${titleOf(log)}`}
      >
        <div className={classes['sheet']}>
          {log.rows.map((row) => (
            <Row key={keyOf(row)} row={row} />
          ))}
        </div>
      </section>
    </figure>
  );
}

function titleOf({ job, of }: LogView): string {
  if (of === 'log') return job || 'The log';
  return job === '' ? 'Error as it was reported' : `What the platform says of ${job}`;
}

function keyOf(row: LogRow): string {
  if (row.kind === 'gap') return `gap ${row.from}`;
  return row.kind === 'fold' ? `fold ${row.lines[0]?.line}` : `${row.line}`;
}

function Row({ row }: { row: LogRow }) {
  switch (row.kind) {
    case 'line':
      return <Line line={row} />;
    case 'fold':
      return <Fold lines={row.lines} />;
    case 'gap':
      return (
        <div className={classes['gap']}>
          <span>{row.from === row.to ? `line ${row.from}` : `lines ${row.from} to ${row.to}`} not kept</span>
        </div>
      );
  }
}

/** Lines that are there when they are wanted. */
function Fold({ lines }: { lines: readonly LogLine[] }) {
  const [open, setOpen] = useState(false);
  if (open) return lines.map((line) => <Line key={line.line} line={line} />);
  return (
    <button type="button" className={classes['fold']} onClick={() => setOpen(true)} data-testid="fold">
      Show {lines.length} more lines
    </button>
  );
}

function Line({ line: { line, text, speaks, decisive, match } }: { line: LogLine }) {
  const [before, matched, after] = splitAt(text, match);
  return (
    <div className={classes['line']} data-speaks={speaks || undefined} data-decisive={decisive || undefined}>
      <span className={classes['number']}>{line > 0 ? line : ''}</span>
      <span className={classes['text']}>
        {decisive && <span className={classes['hidden']}>Decisive: </span>}
        {before}
        {matched && <mark>{matched}</mark>}
        {after}
      </span>
    </div>
  );
}
