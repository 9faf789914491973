import type { IncomingMessage } from 'node:http';
import { continueTrace, type Span } from '@prunella/core';
import { problemOf } from '../problem.ts';

interface Asked {
  request: Pick<IncomingMessage, 'method' | 'headers'>;
  /** As it is declared, without what differs between requests. */
  route: string;
  /** What is answered when all is well. */
  status: number;
}

/** Does what an HTTP request asks for, as part of its sender's trace, or of a new one. Throws what `work` throws. */
export async function inRequest<T>({ request, route, status }: Asked, work: (span: Span) => Promise<T>): Promise<T> {
  const { method = 'GET', headers } = request;
  const { traceparent } = headers;
  const attributes = { 'http.request.method': method, 'http.route': route, 'url.path': route, 'url.scheme': 'http' };
  const parent = typeof traceparent === 'string' ? traceparent : undefined;
  const answer = await continueTrace(parent, `${method} ${route}`, { kind: 'server', attributes }, async (span) => {
    try {
      const value = await work(span);
      span.set({ 'http.response.status_code': status });
      return { value };
    } catch (error) {
      const code = problemOf(error).status;
      span.set({ 'http.response.status_code': code });
      // What the sender did wrong is no failure of ours.
      if (code >= 500) throw error;
      return { error };
    }
  });
  if ('error' in answer) throw answer.error;
  return answer.value;
}
