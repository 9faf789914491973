import type { Excerpt } from '@prunella/contracts';
import type { EvidenceLine } from './incident.ts';

/** A line of a log. */
export interface LogLine {
  kind: 'line';
  line: number;
  text: string;
  /** It speaks for the cause. */
  speaks: boolean;
  /** It speaks the loudest. */
  decisive: boolean;
  /** The part of the text that matters; absent: none in particular. */
  match?: string;
}

/** What a reader sees of a log, from top to bottom. */
export type LogRow =
  | LogLine
  /** Lines that were kept, and are shown when they are asked for. */
  | { kind: 'fold'; lines: LogLine[] }
  /** Lines that were not kept; `from` and `to` belong to them. */
  | { kind: 'gap'; from: number; to: number };

export interface LogView {
  key: string;
  /** Name of the job; empty: it belongs to none. */
  job: string;
  /** `told`: what a platform or publisher says beside a log. */
  of: 'log' | 'told';
  /** Where all of it is; untrusted. Empty: not known. */
  url: string;
  /** 0: not known. */
  totalLines: number;
  rows: LogRow[];
}

/** So far around what speaks, lines are shown without being asked for. */
const SHOWN_BEFORE = 5;
const SHOWN_AFTER = 3;
/** The diagnoser sends what speaks first, and then what tells most of what happened; these first ones speak in any case. */
const FIRST = 3;
/** Fewer lines are not worth a button. */
const LEAST_FOLDED = 4;

/** Puts the evidence into the logs that it stands in: the one with the decisive line first, the diagnoser sends that line first. */
export function toLogs(evidence: readonly EvidenceLine[], excerpts: readonly Excerpt[]): LogView[] {
  const [decisive] = evidence;
  const views = new Map<string, { view: Omit<LogView, 'rows'>; lines: Map<number, LogLine> }>();
  for (const [place, item] of evidence.entries()) {
    const excerpt = excerpts.find(({ job }) => job === item.job);
    const kept = excerpt === undefined ? undefined : textAt(excerpt, item.line);
    const isTold = item.job === '' ? excerpt === undefined : kept !== undefined && !isSame(kept, item.text);
    const key = `${isTold ? 'told' : 'log'} ${item.job}`;
    const known = views.get(key) ?? emptyView(key, item.job, isTold ? undefined : excerpt, isTold);
    views.set(key, known);
    known.lines.set(item.line, {
      ...{ kind: 'line', line: item.line, decisive: item === decisive },
      // Where a rule says what it is about, what only stands near it is context.
      speaks: kept === undefined || decisive?.match === undefined || item.match !== undefined || place < FIRST,
      text: kept !== undefined && kept.trim() === item.text ? kept : item.text,
      ...(item.match !== undefined && { match: item.match }),
    });
  }
  return [...views.values()].map(({ view, lines }) => ({ ...view, rows: rowsOf(lines, view.totalLines) }));
}

function emptyView(key: string, job: string, excerpt: Excerpt | undefined, isTold: boolean) {
  const lines = new Map<number, LogLine>();
  for (const { line, texts } of excerpt?.passages ?? []) {
    texts.forEach((text, at) => {
      lines.set(line + at, { kind: 'line', line: line + at, text, speaks: false, decisive: false });
    });
  }
  const of = isTold ? ('told' as const) : ('log' as const);
  return { view: { key, job, of, url: excerpt?.url ?? '', totalLines: excerpt?.totalLines ?? 0 }, lines };
}

function textAt({ passages }: Excerpt, line: number): string | undefined {
  const passage = passages.find((one) => one.line <= line && line < one.line + one.texts.length);
  return passage?.texts[line - passage.line];
}

/** An excerpt may be cut where evidence is not. What has the same number and another text stands somewhere else. */
function isSame(kept: string, text: string): boolean {
  return text.startsWith(kept.trim());
}

function rowsOf(lines: ReadonlyMap<number, LogLine>, totalLines: number): LogRow[] {
  const sorted = [...lines.values()].sort((a, b) => a.line - b.line);
  const speaking = sorted.filter(({ speaks }) => speaks).map(({ line }) => line);
  const isNear = (line: number) => speaking.some((at) => line >= at - SHOWN_BEFORE && line <= at + SHOWN_AFTER);
  const rows: LogRow[] = [];
  let folded: LogLine[] = [];
  const unfold = () => {
    if (folded.length >= LEAST_FOLDED) rows.push({ kind: 'fold', lines: folded });
    else rows.push(...folded);
    folded = [];
  };
  let last = 0;
  for (const line of sorted) {
    if (line.line > last + 1 && (last > 0 || totalLines > 0)) {
      unfold();
      rows.push({ kind: 'gap', from: last + 1, to: line.line - 1 });
    }
    last = line.line;
    if (isNear(line.line)) {
      unfold();
      rows.push(line);
    } else folded.push(line);
  }
  unfold();
  if (last > 0 && totalLines > last) rows.push({ kind: 'gap', from: last + 1, to: totalLines });
  return rows;
}

/** The text in three: what stands before what matters, that, and what stands after it. Without it: all is before. */
export function splitAt(text: string, match: string | undefined): [before: string, match: string, after: string] {
  const at = match === undefined || match === '' ? -1 : text.indexOf(match);
  if (at < 0 || match === undefined) return [text, '', ''];
  return [text.slice(0, at), match, text.slice(at + match.length)];
}

/** All lines that are there, for the clipboard. */
export function textOfLog({ rows }: LogView): string {
  return rows
    .flatMap((row) =>
      row.kind === 'line' ? [row.text] : row.kind === 'fold' ? row.lines.map(({ text }) => text) : ['...'],
    )
    .join('\n');
}
