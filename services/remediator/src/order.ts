import { type Order, orderKey } from '@prunella/decision';

export { type Order, orderKey };

/** Ends the key of a note to people. */
export const NOTE = '.note';
const ASKED_NOTE = `.asked${NOTE}`;

/** The order as the question whether it may be carried out. */
export function asked(order: Order): Order {
  return { ...order, asks: { action: order.action, until: answerBy(order) } };
}

/** The key of the note that asks for an order. */
export function questionKey({ key }: Pick<Order, 'key'>): string {
  return `${key}${ASKED_NOTE}`;
}

/** The key of the order that a note asks for. */
export function askedKey({ key }: Pick<Order, 'key'>): string {
  return key.slice(0, -ASKED_NOTE.length);
}

/** Until when a request can be answered, in ms since the epoch. */
export function answerBy({ decidedAt, approveWithinMs }: Order): number {
  return decidedAt + approveWithinMs;
}
