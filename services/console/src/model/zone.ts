/** In which time zone times are shown: the browser's, or one by its IANA name. */
export type ZoneChoice = 'browser' | (string & {});

export const BROWSER_ZONE = 'browser';

/** What was kept, if it is a zone that this browser knows; anything else: the browser's. */
export function readZone(kept: string | null | undefined): ZoneChoice {
  return kept && kept !== BROWSER_ZONE && isZone(kept) ? kept : BROWSER_ZONE;
}

/** For `Intl`; undefined: the browser's own. */
export function timeZoneOf(choice: ZoneChoice): string | undefined {
  return choice === BROWSER_ZONE ? undefined : choice;
}

export function isZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

/** The name of the browser's zone, e.g. `Europe/Berlin`. */
export function browserZone(): string {
  return new Intl.DateTimeFormat().resolvedOptions().timeZone;
}

/** What can be chosen, those that most people want first. */
export function zoneOptions(own: string = browserZone()): { value: ZoneChoice; label: string }[] {
  const named = Intl.supportedValuesOf('timeZone').filter((name) => name !== 'UTC');
  return [
    { value: BROWSER_ZONE, label: `This browser's (${own})` },
    { value: 'UTC', label: 'UTC' },
    ...named.map((name) => ({ value: name, label: name.replaceAll('_', ' ') })),
  ];
}
