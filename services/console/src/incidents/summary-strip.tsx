import { RingProgress, Skeleton } from '@mantine/core';
import { useQueries, useQuery, useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useEffect, useRef } from 'react';
import { countQuery, effectivenessQuery } from '../api/queries.ts';
import type { Filter } from '../model/filter.ts';
import { formatPercent } from '../model/format.ts';
import type { Effectiveness, IncidentPage, State } from '../model/incident.ts';
import { addCounts, type Count, countSince, DAY_MS, formatCount } from '../model/summary.ts';
import type { Tone } from '../parts/status.ts';
import { useLiveIncidents } from '../shell/live-context.ts';
import classes from './incidents.module.css';

/** The states in which something is still to happen by itself or by a human's yes. */
const WAITING: readonly { state: State; word: string }[] = [
  { state: 'scheduled', word: 'scheduled' },
  { state: 'awaiting_approval', word: 'asking' },
  { state: 'verifying', word: 'verifying' },
];
/** The numbers are read again at most this often, however much happens. */
const REFRESH_MS = 3_000;

interface SummaryStripProps {
  filter: Filter;
  onFilter: (filter: Filter) => void;
}

/** The last 24 hours in four numbers; each of the first three narrows the list to what it counts. */
export function SummaryStrip({ filter, onFilter }: SummaryStripProps) {
  useRefreshedSummary();
  const effectiveness = useQuery(effectivenessQuery());
  const waiting = useQueries({ queries: WAITING.map(({ state }) => countQuery(state)) });
  const handedOver = useQuery(countQuery('handed_over'));
  const overall = effectiveness.data?.overall;
  const waitingCounts = waiting.map((query) => countOf(query.data, 0));
  const handedOverCount = countOf(handedOver.data, Date.now() - DAY_MS);

  return (
    <section className={classes['summary']} aria-label="The last 24 hours" data-testid="summary">
      <Tile
        tone="green"
        testId="summary-healed"
        label="Healed"
        value={overall && String(overall.successful)}
        failed={effectiveness.isError}
        note={overall && (overall.total === 1 ? 'of 1 action in 24 h' : `of ${overall.total} actions in 24 h`)}
        active={filter.outcome === 'healed'}
        onPick={() => onFilter(filter.outcome === 'healed' ? {} : { outcome: 'healed' })}
      />
      <Tile
        tone="blue"
        testId="summary-waiting"
        label="Waiting"
        value={waitingCounts.every(isKnown) ? formatCount(addCounts(waitingCounts.filter(isKnown))) : undefined}
        failed={waiting.some((query) => query.isError)}
        note={
          <span className={classes['breakdown']}>
            {WAITING.map(({ state, word }, index) => (
              <button
                key={state}
                type="button"
                aria-pressed={filter.state === state}
                onClick={() => onFilter(filter.state === state ? {} : { state })}
              >
                {shown(waitingCounts[index])} {word}
              </button>
            ))}
          </span>
        }
      />
      <Tile
        tone="violet"
        testId="summary-handed-over"
        label="Handed to humans"
        value={handedOverCount && formatCount(handedOverCount)}
        failed={handedOver.isError}
        note="opened in 24 h"
        active={filter.state === 'handed_over'}
        onPick={() => onFilter(filter.state === 'handed_over' ? {} : { state: 'handed_over' })}
      />
      <Tile
        tone="gray"
        testId="summary-success-rate"
        label="Success rate"
        value={overall && formatPercent(overall.successRate)}
        failed={effectiveness.isError}
        note={effectiveness.data && rateNote(effectiveness.data)}
        figure={<Ring rate={overall?.successRate ?? 0} />}
      />
    </section>
  );
}

interface TileProps {
  tone: Tone;
  testId: string;
  label: string;
  /** Undefined: not known yet. */
  value: string | undefined;
  failed: boolean;
  note: ReactNode;
  figure?: ReactNode;
  active?: boolean;
  onPick?: () => void;
}

function Tile({ tone, testId, label, value, failed, note, figure, active, onPick }: TileProps) {
  return (
    <div className={classes['tile']} data-tone={tone} data-active={active || undefined} data-testid={testId}>
      <div className={classes['tileText']}>
        {onPick ? (
          <button type="button" className={classes['tileLabel']} aria-pressed={active} onClick={onPick}>
            {label}
          </button>
        ) : (
          <span className={classes['tileLabel']}>{label}</span>
        )}
        <span className={classes['tileValue']}>
          {value ?? (failed ? '–' : <Skeleton height={26} width={44} my={4} />)}
        </span>
        <span className={classes['tileNote']}>{failed && !value ? 'could not be read' : note}</span>
      </div>
      {figure}
    </div>
  );
}

function Ring({ rate }: { rate: number }) {
  return (
    <RingProgress
      className={classes['figure']}
      aria-hidden
      size={62}
      thickness={6}
      roundCaps
      rootColor="var(--p-line)"
      sections={rate > 0 ? [{ value: rate * 100, color: 'var(--p-green-bar)' }] : []}
    />
  );
}

/** Reads the numbers again after something happened, but not for each of many events. */
function useRefreshedSummary(): void {
  const queryClient = useQueryClient();
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const refresh = () => void queryClient.invalidateQueries({ queryKey: ['summary'] });
  function soon(): void {
    timer.current ??= setTimeout(() => {
      timer.current = undefined;
      refresh();
    }, REFRESH_MS);
  }
  useLiveIncidents(soon, soon);
  useEffect(
    () => () => {
      clearTimeout(timer.current);
      timer.current = undefined;
    },
    [],
  );
}

function countOf(page: IncidentPage | undefined, since: number): Count | undefined {
  return page && countSince(page.items, since, page.nextCursor === null);
}

function isKnown(count: Count | undefined): count is Count {
  return count !== undefined;
}

function shown(count: Count | undefined): string {
  return count ? formatCount(count) : '–';
}

/** What the rate is of: only actions whose effect is known count, either way. */
function rateNote({ overall, actions }: Effectiveness): string {
  const failed = actions.reduce((sum, action) => sum + action.ineffective + action.harmful, 0);
  const known = overall.successful + failed;
  return known === 0 ? 'nothing is proven yet' : `of ${known} with a known effect`;
}
