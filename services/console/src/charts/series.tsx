import type { Tone } from '../parts/status.ts';

/** How an area is filled, so that it is told from others without its colour. */
export type Fill = 'plain' | 'stripes' | 'dots' | 'cross' | 'hollow';

/** One kind of number in a chart. */
export interface Series<T> {
  key: string;
  label: string;
  tone: Tone;
  fill: Fill;
  value: (item: T) => number;
}

/** The pattern of a series as SVG; `id` is unique on the page. */
export function SeriesPattern({ id, tone, fill }: { id: string; tone: Tone; fill: Fill }) {
  const color = `var(--p-${tone}-bar)`;
  const soft = `var(--p-${tone}-soft)`;
  return (
    <pattern id={id} width={8} height={8} patternUnits="userSpaceOnUse">
      <rect width={8} height={8} fill={fill === 'plain' ? color : soft} />
      {fill === 'stripes' && <path d="M-2 2 2-2M0 8 8 0M6 10l4-4" stroke={color} strokeWidth={2.6} />}
      {fill === 'cross' && <path d="M0 0 8 8M8 0 0 8" stroke={color} strokeWidth={2} />}
      {fill === 'dots' && <circle cx={4} cy={4} r={2.2} fill={color} />}
    </pattern>
  );
}

/** An id for a pattern. @param chart from `useId`. */
export function patternId(chart: string, key: string): string {
  return `${chart}-${key}`.replaceAll(/[^\w-]/g, '');
}
