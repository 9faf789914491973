import type { PastEvent } from '@prunella/backtest';
import { iso } from '@prunella/core';
import { z } from 'zod';
import { getJson } from '../api.ts';
import type { Context } from '../context.ts';
import { pastEvent } from './events.ts';
import type { Share } from './from-files.ts';

const PAGE = 1_000;
const Page = z.looseObject({ items: z.array(z.unknown()), nextCursor: z.string().nullable() });

/**
 * The events of the auditor's ledger, in pages: only one is in memory, and the next one is asked for while it is played.
 *
 * @param range in ms since the epoch; the end does not belong to it. `onItem` hears each CloudEvent as it came.
 * @throws as `getJson`, HistoryError.
 */
export async function* fromAuditor(
  context: Context,
  { from, to }: { from: number; to: number },
  share: Share,
  onItem: (item: unknown) => void = () => undefined,
): AsyncGenerator<PastEvent> {
  const pageAfter = async (cursor?: string): Promise<z.infer<typeof Page>> => {
    const query = new URLSearchParams({ from: iso(from), to: iso(to), limit: String(PAGE), ...(cursor && { cursor }) });
    return Page.parse(await getJson(context, `/v1/backtests/events?${query}`));
  };
  let number = 0;
  for (let next: ReturnType<typeof pageAfter> | undefined = pageAfter(); next !== undefined; ) {
    const { items, nextCursor }: z.infer<typeof Page> = await next;
    next = nextCursor === null ? undefined : pageAfter(nextCursor);
    // It is awaited at the end of this page; until then its failure is nobody's surprise.
    next?.catch(() => undefined);
    for (const item of items) {
      number += 1;
      const event = pastEvent(item, `event ${number} of the auditor`);
      onItem(item);
      if (event === undefined) continue;
      share.value = Math.min(1, Math.max(0, (event.at - from) / (to - from)));
      yield event;
    }
  }
}
