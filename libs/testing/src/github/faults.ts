import type { ServerResponse } from 'node:http';
import { send } from './http.ts';
import type { Fault } from './model.ts';

/** What is to go wrong, each once. */
export class Faults {
  /** Requests that are not answered. */
  readonly hanging = new Set<ServerResponse>();
  private readonly waiting: Fault[] = [];

  add(fault: Fault): void {
    this.waiting.push(fault);
  }

  /** The first that is for this request, `METHOD path`; it is used up. */
  take(request: string): Fault | undefined {
    const index = this.waiting.findIndex((fault) => fault.on.test(request));
    const [fault] = index < 0 ? [] : this.waiting.splice(index, 1);
    fault?.onTaken?.();
    return fault;
  }

  goWrong(answer: Fault['answer'], response: ServerResponse): void {
    if (answer === 'hang') {
      this.hanging.add(response);
      response.on('close', () => this.hanging.delete(response));
    } else if (answer === 'cut') response.destroy();
    else if (answer === 'half') breakOff(response);
    else send(response, answer);
  }

  /** Nothing goes wrong any more: what hangs is cut. */
  heal(): void {
    this.waiting.length = 0;
    for (const response of this.hanging) response.destroy();
  }
}

const HALF = '{"id":1,"name":"it begins like';

/** Says how long the answer is, and breaks off before that. */
function breakOff(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'application/json; charset=utf-8', 'content-length': '4096' });
  response.write(HALF, () => response.destroy());
}
