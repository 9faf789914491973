import { iso } from '@prunella/core';

/** Collects log lines with the time stamps that GitHub puts before them. */
export class LogWriter {
  private readonly lines: string[] = [];

  /** @param at milliseconds since the epoch; each line is a little later than the one before. */
  constructor(private at: number) {}

  line(text = ''): this {
    // 100 ns digits, as the runner prints them; ours are always the same.
    this.lines.push(`${iso(this.at).replace('Z', '')}4127Z ${text}`);
    this.at += 7 + (text.length % 23);
    return this;
  }

  all(texts: readonly string[]): this {
    for (const text of texts) this.line(text);
    return this;
  }

  /** A group of lines that GitHub's page folds. */
  group(title: string, texts: readonly string[]): this {
    return this.line(`##[group]${title}`).all(texts).line('##[endgroup]');
  }

  /** A command as a step runs it. */
  command(command: string): this {
    return this.group(`Run ${command}`, [
      `\u001b[36;1m${command}\u001b[0m`,
      'shell: /usr/bin/bash -e {0}',
      'env:',
      '  CI: true',
      '  NODE_OPTIONS: --max-old-space-size=2048',
    ]);
  }

  error(text: string): this {
    return this.line(`##[error]${text}`);
  }

  text(): string {
    return `${this.lines.join('\n')}\n`;
  }
}
