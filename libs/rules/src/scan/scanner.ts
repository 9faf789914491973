import { looksBinary } from '@prunella/signals';
import { applies, type LinePattern, type RuleSet } from '../rule-set.ts';
import { BareLines } from './bare-lines.ts';
import { HitBook } from './hit-book.ts';
import { Around, Head, Tail } from './kept-lines.ts';
import { type Block, LineBlocks } from './line-blocks.ts';
import { LineTexts } from './line-texts.ts';
import { MARKER_LITERALS, Markers, markersIn } from './markers.ts';
import { PlainLines } from './plain-lines.ts';
import type { LogScan, LogScanner, ScannedLog } from './scanned-log.ts';
import { eachBlock } from './text-blocks.ts';
import { Utf8Chunks } from './utf8-chunks.ts';

/** Of the lines that look like a rule so many are tried; then only those in the tail are. */
const MOST_LOOKS = 20_000;
/** The lines around so many hits of a rule are kept. */
const HITS_WITH_AROUND = 3;
/** More bytes than the characters by which text is told from something else can have. */
const SAMPLE = 16 * 1024;

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** Makes a scanner for the rules of a set. */
export function createScanner(set: RuleSet): LogScanner {
  return { begin: ({ firstLine = 1 } = {}) => new Scan(set, firstLine) };
}

class Scan implements LogScan {
  readonly #set: RuleSet;
  readonly #firstLine: number;
  readonly #chunks = new Utf8Chunks((bytes) => this.#readChunk(bytes));
  readonly #blocks = new LineBlocks((block) => this.#readBlock(block));
  readonly #plain = new PlainLines();
  readonly #bare = new BareLines(this.#plain);
  readonly #candidates = new Candidates();

  readonly #book = new HitBook();
  readonly #head = new Head();
  readonly #tail = new Tail();
  readonly #around = new Around();
  readonly #markers = new Markers();
  /** Names of the literals that are marks, by number. */
  readonly #marks: ReadonlyMap<number, string>;

  /** By rule: on how many lines it was looked at, and the last ones on which it was and on which it matched. */
  readonly #looks: Int32Array;
  readonly #lookedAt: Int32Array;
  readonly #matchedAt: Int32Array;
  /** By pattern: the last line on which it was tried. */
  readonly #triedAt: Int32Array;
  /** The first line that was not tried for each rule of which there were too many. */
  readonly #capped = new Map<number, number>();

  readonly #sample = new Uint8Array(SAMPLE);
  #sampled = 0;
  #binary: boolean | undefined;
  #blank = true;
  #totalBytes = 0;
  #totalLines = 0;

  constructor(set: RuleSet, firstLine: number) {
    this.#set = set;
    this.#firstLine = firstLine;
    this.#marks = new Map(MARKER_LITERALS.map((literal) => [set.index.numberOf(literal) ?? -1, literal]));
    this.#looks = new Int32Array(set.rules.length);
    this.#lookedAt = new Int32Array(set.rules.length).fill(-1);
    this.#matchedAt = new Int32Array(set.rules.length).fill(-1);
    this.#triedAt = new Int32Array(set.linePatterns.length).fill(-1);
  }

  write(bytes: Uint8Array): void {
    this.#totalBytes += bytes.length;
    this.#chunks.write(bytes);
  }

  end(): ScannedLog {
    this.#chunks.end();
    this.#blocks.end();
    const tail = this.#tail.lines();
    if (this.#capped.size > 0)
      this.#readTail(
        tail.map(({ text }) => text),
        tail[0]?.line ?? 0,
      );
    return {
      hits: this.#book.all(this.#set.rules, this.#capped, tail[0]?.line ?? 0),
      totalLines: this.#totalLines,
      totalBytes: this.#totalBytes,
      binary: this.#binary ?? false,
      blank: this.#blank && this.#binary !== true,
      head: this.#head.lines,
      tail,
      around: this.#around.lines,
      markers: this.#markers.all(),
    };
  }

  #readChunk(bytes: Uint8Array): void {
    if (this.#sampled < SAMPLE) {
      const part = bytes.subarray(0, SAMPLE - this.#sampled);
      this.#sample.set(part, this.#sampled);
      this.#sampled += part.length;
    }
    this.#blocks.write(bytes);
  }

  #readBlock(block: Block): void {
    this.#binary ??= looksBinary(decoder.decode(this.#sample.subarray(0, this.#sampled)));
    const { count } = block.lines;
    const firstLine = this.#firstLine + this.#totalLines;
    this.#totalLines += count;
    if (this.#binary) return;
    const texts = new LineTexts(block, firstLine);
    this.#plain.read(block);
    this.#bare.clear();
    this.#blank &&= this.#isBlank(count, texts);
    this.#candidates.clear();
    this.#set.index.find(this.#plain, (line, literal) => this.#candidates.add(line, literal));
    this.#lookAtCandidates(texts, firstLine);
    this.#head.read(count, texts);
    this.#around.read(count, firstLine, texts);
    this.#tail.read(block, firstLine);
  }

  #lookAtCandidates(texts: LineTexts, firstLine: number): void {
    const { lines, literals, count } = this.#candidates;
    const marks: string[] = [];
    for (let at = 0; at < count; at += 1) {
      const index = lines[at] as number;
      const literal = literals[at] as number;
      for (const pattern of this.#set.index.patternsOf[literal] as readonly number[]) {
        this.#tryPattern(pattern, index, firstLine, texts);
      }
      const mark = this.#marks.get(literal);
      if (mark !== undefined) marks.push(mark);
      if (marks.length === 0 || (at + 1 < count && lines[at + 1] === index)) continue;
      this.#addMarkers(marks, index, texts);
      marks.length = 0;
    }
  }

  #addMarkers(marks: readonly string[], index: number, texts: LineTexts): void {
    for (const marker of markersIn(marks, this.#shown(index), () => texts.at(index))) this.#markers.add(marker);
  }

  #tryPattern(number: number, index: number, firstLine: number, texts: LineTexts): void {
    const entry = this.#set.linePatterns[number] as LinePattern;
    const line = firstLine + index;
    const { ruleNumber } = entry;
    if (this.#triedAt[number] === line || this.#matchedAt[ruleNumber] === line) return;
    if (!this.#mayLook(ruleNumber, line)) return;
    this.#triedAt[number] = line;
    const bare = this.#bare;
    const isBare = bare.find(index);
    if (isBare && !this.#set.index.mayBegin(number, this.#plain.bytes, bare.from, bare.end)) return;
    if (!this.#set.index.holdsOthers(number, this.#plain, index)) return;
    if (isBare && !entry.pattern.test(bare.bytes())) return;
    const found = texts.at(index);
    if (!this.#set.index.mayMatch(number, found.text) || !applies(entry, found.text)) return;
    this.#matchedAt[ruleNumber] = line;
    if (this.#book.add(ruleNumber, found) <= HITS_WITH_AROUND) this.#around.want(line);
  }

  #mayLook(rule: number, line: number): boolean {
    if (this.#lookedAt[rule] === line) return true;
    if ((this.#looks[rule] as number) >= MOST_LOOKS) {
      if (!this.#capped.has(rule)) this.#capped.set(rule, line);
      return false;
    }
    this.#looks[rule] = (this.#looks[rule] as number) + 1;
    this.#lookedAt[rule] = line;
    return true;
  }

  /** Tries the rules again of which too many lines were seen. */
  #readTail(texts: readonly string[], firstLine: number): void {
    const { index, linePatterns } = this.#set;
    eachBlock(texts, (block, first) => {
      index.find(block, (at, literal) => {
        const line = firstLine + first + at;
        for (const number of index.patternsOf[literal] as readonly number[]) {
          const entry = linePatterns[number] as LinePattern;
          const { ruleNumber } = entry;
          if (line < (this.#capped.get(ruleNumber) ?? Number.POSITIVE_INFINITY)) continue;
          if (this.#triedAt[number] === line || this.#matchedAt[ruleNumber] === line) continue;
          this.#triedAt[number] = line;
          const text = texts[first + at] as string;
          if (!index.holdsOthers(number, block, at) || !index.mayMatch(number, text)) continue;
          if (!applies(entry, text)) continue;
          this.#matchedAt[ruleNumber] = line;
          this.#book.add(ruleNumber, { line, text });
        }
      });
    });
  }

  #shown(index: number): string {
    const { bytes, starts } = this.#plain;
    return decoder.decode(bytes.subarray(starts[index], starts[index + 1]));
  }

  #isBlank(count: number, texts: LineTexts): boolean {
    const { bytes, starts } = this.#plain;
    for (let index = 0; index < count; index += 1) {
      const shown = bytes.subarray(starts[index], starts[index + 1]);
      if (shown.some((byte) => byte > 0x20) && texts.at(index).text !== '') return false;
    }
    return true;
  }
}

/** Lines of a block with the literals that stand in them. */
class Candidates {
  lines: Int32Array = new Int32Array(4_096);
  literals: Int32Array = new Int32Array(4_096);
  count = 0;

  clear(): void {
    this.count = 0;
  }

  add(line: number, literal: number): void {
    if (this.count === this.lines.length) {
      this.lines = twice(this.lines);
      this.literals = twice(this.literals);
    }
    this.lines[this.count] = line;
    this.literals[this.count] = literal;
    this.count += 1;
  }
}

function twice(numbers: Int32Array): Int32Array {
  const larger = new Int32Array(numbers.length * 2);
  larger.set(numbers);
  return larger;
}
