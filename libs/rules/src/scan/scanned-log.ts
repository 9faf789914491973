import type { Line } from '@prunella/signals';
import type { Rule } from '../schema.ts';

/** The lines of one log that one rule matched. */
export interface RuleHits {
  rule: Rule;
  /** How many lines matched; where `capped`, at least so many. */
  count: number;
  /** The first ones, cleaned, in their order, at most `MAX_LINES`. */
  first: readonly Line[];
  /** The last ones, cleaned, in their order, at most `MAX_LINES`, none of which is in `first`. */
  last: readonly Line[];
  /**
   * True: more than 20,000 lines looked like this rule, so that not all of them were tried; `last` then holds only
   * lines out of the log's `tail`.
   */
  capped: boolean;
}

/**
 * What the marks of CI systems and build tools say about a log's structure.
 *
 * - `step`: something begins: GitHub `##[group]`, GitLab `section_start`, a Travis fold, a Jenkins stage, a docker or
 *   BuildKit step; `name` as it is written there.
 * - `step-end`: it ends; `name` where the mark tells.
 * - `error`: GitHub's `##[error]` or `::error::`; `name` is what it says.
 * - `exit`: something ended with `exitCode`, which is not 0.
 */
export interface LogMarker {
  /** Counts from 1 in the original file. */
  line: number;
  kind: 'step' | 'step-end' | 'error' | 'exit';
  /** At most 200 characters. */
  name?: string;
  /** 1 to 255; only with `exit`. */
  exitCode?: number;
}

/** What is kept of a log that was read as a stream, whatever its size: some megabytes at most. */
export interface ScannedLog {
  /** The rules whose patterns match lines of the log, in the order of the rule set. */
  hits: readonly RuleHits[];
  /** Lines of the original; what stands after the last line end counts when there is something. */
  totalLines: number;
  /** Bytes as they were written to the scanner. */
  totalBytes: number;
  /** True: this is not text. Then there are no hits, lines and markers. */
  binary: boolean;
  /** True: nothing but blank lines, or nothing at all. */
  blank: boolean;
  /** The first 400 lines, cleaned. */
  head: readonly Line[];
  /** The last 4,000 lines, cleaned, fewer where they are long (2 MiB in all); overlaps `head` in a short log. */
  tail: readonly Line[];
  /**
   * Lines near the first 3 hits of each rule (3 before to 12 after), cleaned, in their order, without repeats; about
   * 4,000 at most.
   */
  around: readonly Line[];
  /** In their order; of more than 4,000 the first 1,000 and the last 3,000. */
  markers: readonly LogMarker[];
}

/**
 * Reads one log. Any cutting into chunks gives the same result: rules match the lines that `toLines` makes of the log
 * without its private keys, only that of a line with more than 64 KiB the first and the last 32 KiB are read.
 */
export interface LogScan {
  /** Reads more bytes, UTF-8, or UTF-16 when they begin with a byte order mark. The array is not kept. */
  write(bytes: Uint8Array): void;
  /** Says what was found. Nothing may be written after this. */
  end(): ScannedLog;
}

/** Finds what a set of rules matches in logs of any size; pure, holds no log's state between scans. */
export interface LogScanner {
  /** @param options.firstLine number of the first line in the whole log, when its beginning was cut. Default 1. */
  begin(options?: { firstLine?: number }): LogScan;
}
