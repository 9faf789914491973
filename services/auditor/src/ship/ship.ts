import type { LokiEntry, Pushed } from '@prunella/metrics';

/** Loki takes a few MiB at once; less, and what has to be sent again is less, too. */
const MOST_BYTES = 512 * 1024;

export interface Shipment {
  sent: number;
  /** Each with Loki's reason. */
  refused: { entry: LokiEntry; reason: string }[];
}

/**
 * Sends all entries. Where Loki refuses some of them, those are found by halving: what it took is sent again then, which changes nothing.
 *
 * @param push throws where nothing is known of what it was given.
 */
export async function ship(
  entries: readonly LokiEntry[],
  push: (entries: readonly LokiEntry[]) => Promise<Pushed>,
): Promise<Shipment> {
  const shipment: Shipment = { sent: 0, refused: [] };
  const parts = partsOf(entries);
  for (let part = parts.shift(); part !== undefined; part = parts.shift()) {
    const pushed = await push(part);
    const [only, ...others] = part;
    if (pushed.kind === 'taken') shipment.sent += part.length;
    else if (only !== undefined && others.length === 0) shipment.refused.push({ entry: only, reason: pushed.reason });
    else {
      const middle = Math.ceil(part.length / 2);
      parts.unshift(part.slice(0, middle), part.slice(middle));
    }
  }
  return shipment;
}

function partsOf(entries: readonly LokiEntry[]): LokiEntry[][] {
  const parts: LokiEntry[][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const entry of entries) {
    bytes += entry.line.length;
    if (bytes > MOST_BYTES) {
      parts.push([]);
      bytes = entry.line.length;
    }
    parts.at(-1)?.push(entry);
  }
  return parts;
}
