/** The sampled stacks of one process, as Chrome's developer tools read them (`.cpuprofile`). Times in microseconds. */
export interface CpuProfile {
  nodes: { id: number; callFrame: { functionName: string; url: string; lineNumber: number }; children?: number[] }[];
  samples: number[];
  timeDeltas: number[];
}

/** Without an id it is news that nobody asked for. */
interface Answer {
  id?: number;
  result?: unknown;
  error?: { message: string };
}

/** Microseconds between two samples. */
const INTERVAL_US = 500;

/** Speaks to the inspector of a process that was started with `--inspect=127.0.0.1:0`: only what it does between start and stop is sampled. */
export class Profiler {
  private readonly waiting = new Map<number, (message: Answer) => void>();
  private readonly socket: WebSocket;
  private last = 0;

  private constructor(socket: WebSocket) {
    this.socket = socket;
    socket.addEventListener('message', ({ data }) => {
      const message = JSON.parse(String(data)) as Answer;
      this.waiting.get(message.id ?? 0)?.(message);
    });
  }

  /** @param output what the process printed: Node says there where its inspector listens. */
  static async attach(output: string): Promise<Profiler> {
    const url = /Debugger listening on (ws:\S+)/.exec(output)?.[1];
    if (url === undefined) throw new Error(`expected "Debugger listening on ws:..." in the output, found: ${output}`);
    const socket = new WebSocket(url);
    await new Promise((resolve, reject) => {
      socket.addEventListener('open', resolve);
      socket.addEventListener('error', () => reject(new Error(`the inspector at ${url} does not answer`)));
    });
    return new Profiler(socket);
  }

  async start(): Promise<void> {
    await this.ask('Profiler.enable');
    await this.ask('Profiler.setSamplingInterval', { interval: INTERVAL_US });
    await this.ask('Profiler.start');
  }

  async stop(): Promise<CpuProfile> {
    const { profile } = (await this.ask('Profiler.stop')) as { profile: CpuProfile };
    this.socket.close();
    return profile;
  }

  private async ask(method: string, params: object = {}): Promise<unknown> {
    this.last += 1;
    const id = this.last;
    this.socket.send(JSON.stringify({ id, method, params }));
    const { result, error } = await new Promise<Answer>((resolve) => this.waiting.set(id, resolve));
    this.waiting.delete(id);
    if (error !== undefined) throw new Error(`${method}: ${error.message}`);
    return result;
  }
}
