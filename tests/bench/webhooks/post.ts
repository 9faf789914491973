import { type Agent, request } from 'node:http';

/** POSTs JSON. @returns the status; 0: no answer. */
export function post(agent: Agent, url: string, body: Buffer, headers: Record<string, string>): Promise<number> {
  return new Promise((resolve) => {
    const all = { 'content-type': 'application/json', 'content-length': body.length, ...headers };
    const outgoing = request(url, { agent, method: 'POST', headers: all }, (response) => {
      response.resume();
      response.on('end', () => resolve(response.statusCode ?? 0));
    });
    outgoing.on('error', () => resolve(0));
    outgoing.end(body);
  });
}
