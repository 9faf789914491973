import type { Point } from './theil-sen.ts';
import { median } from './theil-sen.ts';

/**
 * So many points for a series, each the median of its neighbours: what is next to each other is alike (a collection of garbage, a vacuum), and tests that take it for independent would
 * be too sure. Fewer points than that stay as they are.
 */
export function blocks(points: readonly Point[], most: number): Point[] {
  if (points.length <= most) return [...points];
  return Array.from({ length: most }, (_, n) => {
    const own = points.slice(Math.floor((n * points.length) / most), Math.floor(((n + 1) * points.length) / most));
    return { x: median(own.map(({ x }) => x)), y: median(own.map(({ y }) => y)) };
  });
}
