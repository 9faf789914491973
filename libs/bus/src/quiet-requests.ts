import { RequestOne } from '@nats-io/nats-core/internal';

const resolver = RequestOne.prototype.resolver;
let isQuiet = false;

/**
 * Has the client of NATS end a request that was answered without an error. By itself it ends each request by cancelling it, which makes a "cancelled" with its stack for
 * a promise that is settled already: 10 to 40 % of what a request costs us (nats-core 3.4.0). Requests that fail go the client's own way. For the whole process; again changes nothing.
 */
export function quietRequests(): void {
  if (isQuiet) return;
  isQuiet = true;
  RequestOne.prototype.resolver = function (this: RequestOne, error, message) {
    if (error !== null) {
      resolver.call(this, error, message);
      return;
    }
    this.timer?.cancel();
    this.mux.cancel(this);
    this.deferred.resolve(message);
  };
}
