import { Skeleton } from '@mantine/core';
import { ChevronRight } from 'lucide-react';
import { type ComponentType, lazy, type ReactNode, Suspense, useId } from 'react';
import classes from './charts.module.css';
import type { ReliabilityPlotProps, SeriesPlotProps } from './plots.tsx';
import { patternId, type Series, SeriesPattern } from './series.tsx';

const HEIGHT = 220;

/** The library that draws is the heaviest of all: it comes when a chart is shown, and what it shows stands in words and numbers beside it. */
const SeriesPlot = lazyPlot<SeriesPlotProps<unknown>>(async () => (await import('./plots.tsx')).SeriesPlot);
const ReliabilityPlot = lazyPlot<ReliabilityPlotProps>(async () => (await import('./plots.tsx')).ReliabilityPlot);

function lazyPlot<P extends object>(load: () => Promise<ComponentType<P>>) {
  // After an update of Prunella the files of the version before are gone: the numbers stay.
  return lazy<ComponentType<P>>(() =>
    load().then(
      (plot) => ({ default: plot }),
      () => ({ default: Lost }),
    ),
  );
}

function Lost() {
  return <p className={classes['lost']}>The chart could not be loaded: load the page again. Its numbers are below.</p>;
}

interface FigureProps {
  /** What it shows, in a sentence with its most telling numbers: all that those who can't see it are told at first. */
  says: string;
  legend?: ReactNode;
  children: ReactNode;
  /** The same numbers as a table; null: it stands beside the chart anyway. */
  numbers: ReactNode;
  height?: number;
  /** A curve is read best where it is about as high as it is wide. */
  narrow?: boolean;
}

function Figure({ says, legend, children, numbers, height = HEIGHT, narrow = false }: FigureProps) {
  return (
    <figure className={classes['figure']}>
      {legend}
      <div
        className={classes['plot']}
        role="img"
        aria-label={says}
        style={{ height }}
        data-narrow={narrow || undefined}
      >
        <Suspense fallback={<Skeleton height={height} />}>{children}</Suspense>
      </div>
      <figcaption className={classes['says']}>{says}</figcaption>
      {numbers !== null && (
        <details className={classes['numbers']}>
          <summary>
            <ChevronRight size={14} aria-hidden /> The numbers
          </summary>
          <div className={classes['scroll']}>{numbers}</div>
        </details>
      )}
    </figure>
  );
}

interface SeriesChartProps<T> {
  label: string;
  says: string;
  items: readonly T[];
  /** What stands below a column or beside a bar. */
  nameOf: (item: T) => string;
  /** What the names are, over the table. */
  names: string;
  series: readonly Series<T>[];
  /** Numbers with their unit. */
  format: (value: number) => string;
  /** Columns over time, or bars under each other. */
  kind: 'columns' | 'bars';
  /** In place of the table of these series: one that says more; null: it stands beside the chart anyway. */
  numbers?: ReactNode;
}

/** Stacked columns or bars, with a legend, a sentence and a table of the same numbers. */
export function SeriesChart<T>(props: SeriesChartProps<T>) {
  const { label, says, items, nameOf, names, series, format, kind, numbers } = props;
  const id = useId();
  const shown = series.filter(({ value }) => items.some((item) => value(item) > 0));
  const height = kind === 'bars' ? Math.max(90, items.length * 34 + 40) : HEIGHT;
  return (
    <Figure
      says={says}
      height={height}
      legend={<Legend id={id} series={shown} />}
      numbers={
        numbers === undefined ? (
          <Numbers label={label} names={names} items={items} nameOf={nameOf} series={series} format={format} />
        ) : (
          numbers
        )
      }
    >
      <SeriesPlot
        id={id}
        items={items}
        nameOf={nameOf as (item: unknown) => string}
        series={shown as unknown as readonly Series<unknown>[]}
        format={format}
        kind={kind}
      />
    </Figure>
  );
}

type NumbersProps<T> = Pick<SeriesChartProps<T>, 'label' | 'names' | 'items' | 'nameOf' | 'series' | 'format'>;

function Numbers<T>({ label, names, items, nameOf, series, format }: NumbersProps<T>) {
  return (
    <table className={classes['table']} aria-label={label}>
      <thead>
        <tr>
          <th scope="col">{names}</th>
          {series.map((one) => (
            <th key={one.key} scope="col">
              {one.label}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {items.map((item) => (
          <tr key={nameOf(item)}>
            <th scope="row">{nameOf(item)}</th>
            {series.map(({ key, value }) => (
              <td key={key}>{format(value(item))}</td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Legend<T>({ id, series }: { id: string; series: readonly Series<T>[] }) {
  return (
    <ul className={classes['legend']}>
      {series.map(({ key, label, tone, fill }) => (
        <li key={key}>
          <svg width={14} height={14} aria-hidden>
            <defs>
              <SeriesPattern id={patternId(`${id}-legend`, key)} tone={tone} fill={fill} />
            </defs>
            <rect
              x={0.5}
              y={0.5}
              width={13}
              height={13}
              rx={3}
              fill={`url(#${patternId(`${id}-legend`, key)})`}
              stroke={`var(--p-${tone}-bar)`}
            />
          </svg>
          {label}
        </li>
      ))}
    </ul>
  );
}

/** What was said against what came of it. @param bins with cases only. */
export function ReliabilityChart({ says, bins }: { says: string; bins: ReliabilityPlotProps['bins'] }) {
  const percent = (share: number) => `${Math.round(share * 100)}%`;
  return (
    <Figure
      says={says}
      height={320}
      narrow
      legend={
        <ul className={classes['legend']}>
          <li>
            <svg width={18} height={14} aria-hidden>
              <path d="M9 1v12M6 1h6M6 13h6" stroke="var(--p-violet-bar)" strokeWidth={1.5} />
              <circle cx={9} cy={7} r={3.5} fill="var(--p-violet-bar)" />
            </svg>
            how often it healed, with 95% interval
          </li>
          <li>
            <svg width={18} height={14} aria-hidden>
              <path d="M0 12 18 2" stroke="var(--p-ink-3)" strokeWidth={1.5} strokeDasharray="4 3" />
            </svg>
            as often as was said
          </li>
        </ul>
      }
      numbers={
        <table className={classes['table']} aria-label="Said against healed">
          <thead>
            <tr>
              <th scope="col">Confidence</th>
              <th scope="col">On average</th>
              <th scope="col">Decisions</th>
              <th scope="col">Healed</th>
              <th scope="col">Share</th>
              <th scope="col">95% interval</th>
            </tr>
          </thead>
          <tbody>
            {bins.map(({ from, to, stated, cases, successes, observed }) => (
              <tr key={from}>
                <th scope="row">
                  {percent(from)} to {percent(to)}
                </th>
                <td>{percent(stated)}</td>
                <td>{cases}</td>
                <td>{successes}</td>
                <td>{percent(observed.value)}</td>
                <td>
                  {percent(observed.low)} to {percent(observed.high)}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      }
    >
      <ReliabilityPlot bins={bins} />
    </Figure>
  );
}
