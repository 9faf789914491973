import { decode, encode } from '@jridgewell/sourcemap-codec';

/**
 * A source map with the lines of some sources only: those of libraries are nine tenths of it, and Node reads and keeps
 * all of it in every process, with an array for each place once a stack is shown. Other lines lead nowhere: they are shown as they stand in the bundle.
 * Of several places in a row that lead to the same line the first is kept: lines are right, columns are those where such a row begins.
 *
 * @param {{ sources: string[], names: string[], mappings: string }} map
 * @param {(source: string) => boolean} keeps
 */
export function ownLinesOnly(map, keeps) {
  const kept = map.sources.map((source, index) => ({ source, index })).filter(({ source }) => keeps(source));
  const places = new Map(kept.map(({ index }, place) => [index, place]));
  // Where nothing is said of a place, what was said last holds, also on later lines.
  let last = { place: undefined, row: undefined };
  const mappings = decode(map.mappings).map((line) =>
    line.flatMap(([column, source, row, at]) => {
      const place = places.get(source);
      if (place === last.place && (place === undefined || row === last.row)) return [];
      last = { place, row };
      return [place === undefined ? [column] : [column, place, row, at]];
    }),
  );
  // Node reads a place that leads nowhere right only when something follows it.
  return { version: 3, sources: kept.map(({ source }) => source), names: [], mappings: `${encode(mappings)};` };
}
