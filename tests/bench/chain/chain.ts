/** Four processes on a NATS server of their own, through which a failure goes until something is decided about it. */
export interface Chain {
  /** Which process does what, and the servers. What `perChain` is told of. */
  readonly pids: Readonly<Record<string, readonly number[]>>;
  /** Sends the nth failure; resolves when it is safe with the receiver. @throws Error when it was not taken. */
  send(n: number): Promise<void>;
  /** Calls `decided` as soon as a decision is published, with the number of its failure. Once for each publication. */
  follow(decided: (n: number) => void): void;
  /** Resolves when every process has handled all that there is. */
  drained(): Promise<void>;
  stop(): Promise<void>;
}
