import { percentile } from './percentile.ts';

/** How a route answered; times in ms. */
export interface Measured {
  route: string;
  path: string;
  /** Of the last answer. */
  status: number;
  bytes: number;
  p50: number;
  p95: number;
  longest: number;
}

/** Few calls warm up what a server that runs has in its memory. */
const WARM_UP = 3;

/** GETs a path so many times, one after the other. @throws Error when an answer is no 200. */
export async function measure(url: string, route: string, path: string, calls: number): Promise<Measured> {
  const times: number[] = [];
  let [status, bytes] = [0, 0];
  for (let n = -WARM_UP; n < calls; n += 1) {
    const begun = performance.now();
    const response = await fetch(url);
    const body = await response.text();
    if (n >= 0) times.push(performance.now() - begun);
    [status, bytes] = [response.status, body.length];
    if (status !== 200) throw new Error(`${path}: expected 200, found ${status}: ${body.slice(0, 500)}`);
  }
  return {
    route,
    path,
    status,
    bytes,
    p50: percentile(times, 0.5),
    p95: percentile(times, 0.95),
    longest: Math.max(...times),
  };
}
