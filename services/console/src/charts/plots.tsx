import type { ReactNode } from 'react';
import {
  Bar,
  BarChart,
  CartesianGrid,
  ErrorBar,
  ReferenceLine,
  ResponsiveContainer,
  Scatter,
  ScatterChart,
  Tooltip,
  XAxis,
  YAxis,
} from 'recharts';
import classes from './charts.module.css';
import { patternId, type Series, SeriesPattern } from './series.tsx';

/** Everything that needs the library that draws; it is loaded when the first chart is shown. */

const TICK = { fill: 'var(--p-ink-3)', fontSize: 12 };
const MARGIN = { top: 8, right: 12, bottom: 4, left: 4 };
/** Of names beside bars, in pixels. */
const NAME_WIDTH = 128;
const LONGEST_NAME = 18;
const WIDEST_BAR = 34;

export interface SeriesPlotProps<T> {
  id: string;
  items: readonly T[];
  nameOf: (item: T) => string;
  series: readonly Series<T>[];
  format: (value: number) => string;
  kind: 'columns' | 'bars';
}

export function SeriesPlot<T>({ id, items, nameOf, series, format, kind }: SeriesPlotProps<T>) {
  const rows = items.map((item) => ({
    name: nameOf(item),
    ...Object.fromEntries(series.map(({ key, value }) => [key, value(item)])),
  }));
  const isBars = kind === 'bars';
  const numbers = { type: 'number', tick: TICK, stroke: 'var(--p-line)', tickLine: false } as const;
  const names = { type: 'category', dataKey: 'name', tick: TICK, stroke: 'var(--p-line)', tickLine: false } as const;
  return (
    <ResponsiveContainer width="100%" height="100%">
      <BarChart
        data={rows}
        layout={isBars ? 'vertical' : 'horizontal'}
        margin={MARGIN}
        accessibilityLayer={false}
        maxBarSize={WIDEST_BAR}
      >
        <defs>
          {series.map(({ key, tone, fill }) => (
            <SeriesPattern key={key} id={patternId(id, key)} tone={tone} fill={fill} />
          ))}
        </defs>
        <CartesianGrid stroke="var(--p-line-soft)" horizontal={!isBars} vertical={isBars} />
        {isBars ? (
          <XAxis {...numbers} tickFormatter={format} minTickGap={20} />
        ) : (
          <XAxis {...names} tickFormatter={dayOf} minTickGap={14} />
        )}
        {isBars ? (
          <YAxis {...names} width={NAME_WIDTH} interval={0} tickFormatter={shortened} />
        ) : (
          <YAxis {...numbers} axisLine={false} width="auto" allowDecimals={false} tickFormatter={format} />
        )}
        <Tooltip
          cursor={{ fill: 'var(--p-hover)' }}
          isAnimationActive={false}
          content={({ active, label }) => {
            const item = active ? items.find((each) => nameOf(each) === label) : undefined;
            return item === undefined ? null : (
              <Hint title={String(label)} rows={series.map((one) => [one.label, format(one.value(item))])} />
            );
          }}
        />
        {series.map(({ key, label, tone }) => (
          <Bar
            key={key}
            dataKey={key}
            name={label}
            stackId="all"
            fill={`url(#${patternId(id, key)})`}
            stroke={`var(--p-${tone}-bar)`}
            isAnimationActive={false}
          />
        ))}
      </BarChart>
    </ResponsiveContainer>
  );
}

/** `2026-11-28` as `11-28`; anything else as it is. */
function dayOf(name: string): string {
  return /^\d{4}-\d\d-\d\d$/.test(name) ? name.slice(5) : name;
}

/** The end of a name tells more of a repository than its beginning. */
function shortened(name: string): string {
  return name.length <= LONGEST_NAME ? name : `…${name.slice(1 - LONGEST_NAME)}`;
}

function Hint({ title, rows }: { title: string; rows: readonly (readonly [string, ReactNode])[] }) {
  return (
    <div className={classes['hint']}>
      <strong>{title}</strong>
      {rows.map(([label, value]) => (
        <span key={label}>
          {label} <b>{value}</b>
        </span>
      ))}
    </div>
  );
}

export interface ReliabilityPlotProps {
  bins: readonly {
    from: number;
    to: number;
    cases: number;
    successes: number;
    stated: number;
    observed: { value: number; low: number; high: number };
  }[];
}

const SHARES = [0, 0.25, 0.5, 0.75, 1];

export function ReliabilityPlot({ bins }: ReliabilityPlotProps) {
  const percent = (share: number) => `${Math.round(share * 100)}%`;
  const points = bins.map(({ observed, ...bin }) => ({
    ...bin,
    observed: observed.value,
    spread: [observed.value - observed.low, observed.high - observed.value],
  }));
  const axis = {
    type: 'number',
    domain: [0, 1] as [number, number],
    ticks: SHARES,
    tickFormatter: percent,
    tick: TICK,
    stroke: 'var(--p-line)',
    tickLine: false,
  } as const;
  const most = Math.max(1, ...bins.map(({ cases }) => cases));
  return (
    <ResponsiveContainer width="100%" height="100%">
      <ScatterChart margin={{ ...MARGIN, bottom: 22 }} accessibilityLayer={false}>
        <CartesianGrid stroke="var(--p-line-soft)" />
        <XAxis
          {...axis}
          dataKey="stated"
          label={{ value: 'said when it was decided', position: 'bottom', offset: 2, ...TICK }}
        />
        <YAxis {...axis} dataKey="observed" width="auto" />
        <ReferenceLine
          segment={[
            { x: 0, y: 0 },
            { x: 1, y: 1 },
          ]}
          stroke="var(--p-ink-3)"
          strokeDasharray="5 4"
        />
        <Tooltip
          cursor={false}
          isAnimationActive={false}
          content={({ payload }) => {
            const bin = bins.find(({ stated }) => stated === payload?.[0]?.payload?.stated);
            return bin === undefined ? null : (
              <Hint
                title={`said ${percent(bin.stated)}`}
                rows={[
                  ['healed', `${percent(bin.observed.value)} (${bin.successes} of ${bin.cases})`],
                  ['95% interval', `${percent(bin.observed.low)} to ${percent(bin.observed.high)}`],
                ]}
              />
            );
          }}
        />
        <Scatter
          data={points}
          isAnimationActive={false}
          line={{ stroke: 'var(--p-violet-bar)', strokeWidth: 1.5 }}
          shape={({ cx, cy, payload }: { cx?: number; cy?: number; payload?: { cases: number } }) => (
            <circle
              cx={cx}
              cy={cy}
              r={4 + 6 * Math.sqrt((payload?.cases ?? 0) / most)}
              fill="var(--p-violet-bar)"
              stroke="var(--p-card)"
              strokeWidth={1.5}
            />
          )}
        >
          <ErrorBar
            dataKey="spread"
            direction="y"
            width={7}
            stroke="var(--p-violet)"
            strokeWidth={1.4}
            isAnimationActive={false}
          />
        </Scatter>
      </ScatterChart>
    </ResponsiveContainer>
  );
}
