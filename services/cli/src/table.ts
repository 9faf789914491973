import Table from 'cli-table3';

const PARTS = [
  ...['top', 'top-mid', 'top-left', 'top-right', 'bottom', 'bottom-mid', 'bottom-left', 'bottom-right'],
  ...['left', 'left-mid', 'mid', 'mid-mid', 'middle', 'right', 'right-mid'],
];

/** A table without lines: columns by blanks alone, so that it can be cut and grepped. */
export function bareTable(head: string[]): Table.Table {
  return new Table({
    head,
    style: { head: [], border: [], compact: true },
    chars: Object.fromEntries(PARTS.map((name) => [name, ''])),
  });
}

/** A text that is too long ends in `…`. */
export function shorten(text: string, length: number): string {
  return text.length > length ? `${text.slice(0, length - 1)}…` : text;
}
