import type { Context } from '../context.ts';

/** The parts of a pino line that are shown. */
interface LogRecord {
  level: number;
  msg: string;
  /** The Nest logger's name. */
  context?: string;
  /** Whatever was thrown: only texts are shown. */
  err?: { message?: unknown } | null;
  error?: unknown;
}

/** What Nest says of itself while it starts. */
const FRAMEWORK = new Set([
  'InstanceLoader',
  'NestApplication',
  'NestFactory',
  'NestMicroservice',
  'RouterExplorer',
  'RoutesResolver',
]);
const WARN = 40;
const ERROR = 50;

/**
 * One short line for a person from what a service wrote: JSON of pino, or anything else as it is.
 *
 * @returns undefined for what nobody wants to read.
 */
export function humanLine(line: string, colors: Context['colors']): string | undefined {
  const record = parse(line);
  if (record === undefined) return line.trim() === '' ? undefined : line;
  if (record.level < WARN && FRAMEWORK.has(record.context ?? '')) return undefined;
  const why = [record.err?.message, record.error].find((said) => typeof said === 'string');
  const text = why === undefined || record.msg.includes(why) ? record.msg : `${record.msg}: ${why}`;
  if (record.level >= ERROR) return colors.red(text);
  return record.level >= WARN ? colors.yellow(text) : text;
}

function parse(line: string): LogRecord | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    const record = JSON.parse(line) as Partial<LogRecord>;
    return typeof record.level === 'number' && typeof record.msg === 'string' ? (record as LogRecord) : undefined;
  } catch {
    return undefined;
  }
}
