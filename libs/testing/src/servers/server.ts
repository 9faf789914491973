/** A real server for a spec, on a free loopback port, with data of its own. */
export interface TestServer {
  /** How clients reach it; the same after a restart. */
  readonly url: string;
  readonly port: number;
  /** Stops it and removes its data. Again: does nothing. */
  stop(): Promise<void>;
  /** Kills it with SIGKILL and leaves its data as they are, as a crash would. */
  kill(): Promise<void>;
  /** Starts it again on the same port and data, after it was killed or, when it still runs, in good order. */
  restart(): Promise<void>;
}
