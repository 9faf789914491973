import { channel } from 'node:diagnostics_channel';
import type { ProviderProblem } from './errors.ts';

/** A request to an outside platform that came to its end. */
export interface ProviderRequest {
  /** As in `ProviderError`. */
  provider: string;
  result: 'ok' | ProviderProblem;
  /** How many more the platform allows for now; absent: it does not say. */
  remaining?: number;
}

const requests = channel('prunella:provider-requests');

/** Lets whoever counts them know. */
export function tellRequest(request: ProviderRequest): void {
  requests.publish(request);
}

/** Calls `listener` for each request that this process makes, until the function that it returns is called. */
export function onRequest(listener: (request: ProviderRequest) => void): () => void {
  const heard = (message: unknown) => listener(message as ProviderRequest);
  requests.subscribe(heard);
  return () => void requests.unsubscribe(heard);
}
