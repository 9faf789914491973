const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** `12 s`, `3 min 20 s`, `2 h 5 min`, `4 d 3 h`: the two largest units. Negative counts as zero. */
export function formatDuration(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / SECOND));
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return join(Math.floor(seconds / 60), 'min', seconds % 60, 's');
  const minutes = Math.round(seconds / 60);
  if (minutes < 24 * 60) return join(Math.floor(minutes / 60), 'h', minutes % 60, 'min');
  const hours = Math.round(minutes / 60);
  return join(Math.floor(hours / 24), 'd', hours % 24, 'h');
}

function join(large: number, largeUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${large} ${largeUnit}` : `${large} ${largeUnit} ${small} ${smallUnit}`;
}

/** Age in one unit: `just now` (also for the near future, as clocks differ), `40 s ago`, `3 min ago`, `2 h ago`, `5 d ago`. */
export function formatAge(at: string, now: number): string {
  const age = now - Date.parse(at);
  if (Number.isNaN(age)) return '';
  if (age < 5 * SECOND) return 'just now';
  if (age < MINUTE) return `${Math.floor(age / SECOND)} s ago`;
  if (age < HOUR) return `${Math.floor(age / MINUTE)} min ago`;
  if (age < DAY) return `${Math.floor(age / HOUR)} h ago`;
  return `${Math.floor(age / DAY)} d ago`;
}

/** How far a moment ahead is in one unit: `in 40 s`, `in 3 d`; a past one as its age. */
export function formatUntil(at: string, now: number): string {
  const left = Date.parse(at) - now;
  if (Number.isNaN(left)) return '';
  if (left <= 0) return formatAge(at, now);
  if (left < MINUTE) return `in ${Math.ceil(left / SECOND)} s`;
  if (left < HOUR) return `in ${Math.round(left / MINUTE)} min`;
  if (left < 2 * DAY) return `in ${Math.round(left / HOUR)} h`;
  return `in ${Math.round(left / DAY)} d`;
}

/** Runner minutes: `0.4 min`, `12 min`, `3 h 20 min`. */
export function formatMinutes(minutes: number): string {
  if (minutes < 10) return `${Math.round(minutes * 10) / 10} min`;
  return formatDuration(Math.round(minutes) * MINUTE);
}

/** With a comma or what the reader has for thousands: `4,213`. */
export function formatNumber(value: number): string {
  return new Intl.NumberFormat().format(value);
}

/** `1.20 EUR`; `< 0.01 EUR` for less than that. */
export function formatMoney({ amount, currency }: { amount: number; currency: string }): string {
  return amount > 0 && amount < 0.01 ? `< 0.01 ${currency}` : `${amount.toFixed(2)} ${currency}`;
}

/** Whole percent of a ratio 0 to 1; a dash where there is none. */
export function formatPercent(ratio: number | null | undefined): string {
  if (ratio === null || ratio === undefined || Number.isNaN(ratio)) return '–';
  return `${Math.round(Math.min(1, Math.max(0, ratio)) * 100)}%`;
}

/** The exact moment in the reader's time zone with its name, e.g. `23 Nov 2026, 06:12:09 CET`. Empty for no date. */
export function formatExact(at: string, locale?: string, timeZone?: string): string {
  const date = new Date(at);
  if (Number.isNaN(date.getTime())) return '';
  return new Intl.DateTimeFormat(locale, {
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
    timeZoneName: 'short',
    ...(timeZone === undefined ? {} : { timeZone }),
  }).format(date);
}

/**
 * The clock time in the reader's zone with its name, e.g. `06:12:09 CET`; on another day than `now` (ms since 1970) with that day: `23 Nov, 06:12:09 CET`.
 */
export function formatClock(at: string, now: number, locale?: string, timeZone?: string): string {
  const date = new Date(at);
  if (Number.isNaN(date.getTime())) return '';
  const zone = timeZone === undefined ? {} : { timeZone };
  const day = new Intl.DateTimeFormat('en', { dateStyle: 'short', ...zone });
  return new Intl.DateTimeFormat(locale, {
    ...(day.format(date) === day.format(now) ? {} : { day: 'numeric', month: 'short' }),
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
    timeZoneName: 'short',
    ...zone,
  }).format(date);
}

/** A moment for machines, whatever the zone of the reader: ISO 8601 in UTC. What is no date stays as it is. */
export function toUtc(at: string): string {
  const date = new Date(at);
  return Number.isNaN(date.getTime()) ? at : date.toISOString();
}

/** The first 8 characters of a commit. */
export function shortSha(sha: string): string {
  return sha.slice(0, 8);
}

/** The address if a browser may follow it (http or https), otherwise undefined: incident links come from outside. */
export function safeUrl(url: string | null | undefined): string | undefined {
  if (!url) return undefined;
  try {
    const parsed = new URL(url);
    return parsed.protocol === 'https:' || parsed.protocol === 'http:' ? parsed.href : undefined;
  } catch {
    return undefined;
  }
}
