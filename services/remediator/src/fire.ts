import { act } from './act/act.ts';
import type { Fired, Timer } from './act/timers.ts';
import { undo } from './act/undo.ts';
import type { Order } from './order.ts';
import type { RemediateDeps } from './remediate-deps.ts';
import type { Reviews } from './review/reviews.ts';
import { verify } from './verify/verify.ts';

export interface FireDeps extends RemediateDeps {
  expire(order: Order): Promise<void>;
  reviews: Pick<Reviews, 'write'>;
}

/** What a due timer does. */
export async function fire(timer: Timer, d: FireDeps): Promise<Fired> {
  switch (timer.kind) {
    case 'act':
      return await act(timer, d);
    case 'verify':
      return await verify(timer, d);
    case 'undo':
      return await undo(timer, d);
    case 'expire':
      await d.expire(timer.order);
      return 'done';
    case 'review':
      return await d.reviews.write(timer);
  }
}
