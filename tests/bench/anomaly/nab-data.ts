import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

/** One file of the Numenta Anomaly Benchmark. */
export interface NabSeries {
  /** `realTraffic/speed_6005.csv` */
  name: string;
  /** Ms since the epoch, its times taken for UTC. */
  times: readonly number[];
  values: readonly number[];
  /** First and last index of each labelled window. */
  windows: readonly (readonly [number, number])[];
}

/** Reads `data/<group>/*.csv[.gz]` and `labels/combined_windows.json` of a folder. @throws Error where a window is not in its data. */
export function readNab(folder: string): NabSeries[] {
  const windows = JSON.parse(readFileSync(join(folder, 'labels/combined_windows.json'), 'utf8')) as Record<
    string,
    [string, string][]
  >;
  const groups = readdirSync(join(folder, 'data'), { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return groups.flatMap(({ name: group }) =>
    readdirSync(join(folder, 'data', group))
      .filter((file) => /\.csv(\.gz)?$/.test(file))
      .map((file) => {
        const name = `${group}/${file.replace(/\.gz$/, '')}`;
        const bytes = readFileSync(join(folder, 'data', group, file));
        return series(name, (file.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString(), windows[name] ?? []);
      }),
  );
}

function series(name: string, csv: string, labelled: readonly [string, string][]): NabSeries {
  const rows = csv.trim().split(/\r?\n/).slice(1);
  const times = rows.map((row) => timeOf(row.split(',')[0] ?? ''));
  const values = rows.map((row) => Number(row.split(',')[1]));
  const indexOf = (text: string) => {
    const index = times.indexOf(timeOf(text));
    if (index < 0) throw new Error(`${name}: expected the time ${text} of a window in its data, found none`);
    return index;
  };
  return { name, times, values, windows: labelled.map(([from, to]) => [indexOf(from), indexOf(to)] as const) };
}

function timeOf(text: string): number {
  return Date.parse(`${text.slice(0, 19).replace(' ', 'T')}Z`);
}
