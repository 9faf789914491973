import type { Scheduled } from '@prunella/bus';
import type { PipelineFailed } from '@prunella/contracts';
import type { Check, Watch, WatchVerdict } from '@prunella/policy';

/** A deployment that is looked at, as it is kept in KV: whoever goes on knows all that was seen. */
export interface Watched extends Scheduled {
  /** Of this deployment. Safe as a KV key. */
  key: string;
  /** What was deployed; the same for the next deployment of the same thing. Safe as a KV key. */
  target: string;
  /** The target in words: `Deployment shop/web`. */
  called: string;
  /** The event that said that it was deployed. */
  event: { id: string; source: string };
  /** What is to be said when it turns out bad, but for what was seen. */
  failure: PipelineFailed;
  /** The watch as the policy had it when the deployment ended. */
  watch: Watch;
  checks: Check[];
  /** Set before it is told, so that after a crash the same is told. */
  verdict?: Verdict;
  traceparent?: string;
}

export type Verdict = Exclude<WatchVerdict, { kind: 'open' }> & {
  /** Milliseconds since the epoch. */
  at: number;
};

/** The newest deployment of a target. */
export interface Newest {
  /** As in `Watched.key`. */
  key: string;
  /** When it ended, in milliseconds since the epoch. */
  at: number;
  /** Its watch is set, or there is nothing to be watched. */
  begun: boolean;
}
