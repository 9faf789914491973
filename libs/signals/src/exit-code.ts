import type { Line } from './lines.ts';

/** What runners print when a step ends, then what shells and build tools print; the former are believed first. */
const MARKERS: readonly RegExp[] = [
  /^(?:Error: )?Process completed with exit code (\d{1,3})\b/,
  /^ERROR: Job failed: .{0,80}?exit (?:code|status) (\d{1,3})\b/,
  /^(?:ERROR: )?script returned exit code (\d{1,3})\b/,
  /^The command ".{0,300}" exited with (\d{1,3})\.$/,
  /\b(?:exit(?:ed)?(?: with)?|returned|terminated with)(?: a)?(?: non-zero)? ?(?:exit )?(?:code|status)[:= ] ?(\d{1,3})\b/i,
  /\bexit(?:ed with code '|=)(\d{1,3})\b/,
  /^g?make(?:\[\d+\])?: \*\*\* \[.{1,300}\] Error (\d{1,3})$/,
];

/** The exit code of the step that failed; undefined: the log names none but 0. */
export function exitCodeOf(lines: readonly Line[]): number | undefined {
  for (const marker of MARKERS) {
    const code = lines.map(({ text }) => Number(marker.exec(text)?.[1] ?? 0)).findLast((found) => found > 0);
    if (code !== undefined && code <= 255) return code;
  }
  return undefined;
}

/** Says whether the line tells that something ended with another exit code than 0. */
export function isExitMarker({ text }: Line): boolean {
  return MARKERS.some((marker) => Number(marker.exec(text)?.[1] ?? 0) > 0);
}
