/** The sum of all series of a metric in Prometheus' text format whose labels fit; undefined: there is none. */
export function metric(text: string, name: string, labels: Readonly<Record<string, string>> = {}): number | undefined {
  const found = text
    .split('\n')
    .filter((line) => line.startsWith(`${name} `) || line.startsWith(`${name}{`))
    .filter((line) => Object.entries(labels).every(([key, value]) => line.includes(`${key}="${value}"`)))
    .map((line) => Number(line.slice(line.lastIndexOf(' ') + 1)));
  return found.length === 0 ? undefined : found.reduce((sum, value) => sum + value, 0);
}

/** How many series it tells. */
export function seriesIn(text: string): number {
  return text.split('\n').filter((line) => line !== '' && !line.startsWith('#')).length;
}
