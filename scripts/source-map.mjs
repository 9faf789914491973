import { decode, encode } from '@jridgewell/sourcemap-codec';

/**
 * A source map with the lines of some sources only: those of libraries are nine tenths of it, and Node reads and keeps
 * all of it in every process. Other lines lead nowhere: they are shown as they stand in the bundle.
 *
 * @param {{ sources: string[], names: string[], mappings: string }} map
 * @param {(source: string) => boolean} keeps
 */
export function ownLinesOnly(map, keeps) {
  const kept = map.sources.map((source, index) => ({ source, index })).filter(({ source }) => keeps(source));
  const places = new Map(kept.map(({ index }, place) => [index, place]));
  // Where nothing is said of a place, what was said last would hold: the first place that is not kept has to say so.
  let said = false;
  const mappings = decode(map.mappings).map((line) =>
    line.flatMap(([column, source, row, at]) => {
      const place = places.get(source);
      if (place === undefined && !said) return [];
      said = place !== undefined;
      return [said ? [column, place, row, at] : [column]];
    }),
  );
  // Node reads a place that leads nowhere right only when something follows it.
  return { version: 3, sources: kept.map(({ source }) => source), names: [], mappings: `${encode(mappings)};` };
}
