import type { Attempt } from '../ledger/ledger.ts';
import type { Letter } from './courier.ts';
import type { Ending, Story } from './stories.ts';

/** What differs between the platforms that are played. `Run`: a run as its fake has it. */
export interface Stage<Run> {
  /** A run that has ended. */
  begin(story: Story, ending: Ending): Run;
  placeOf(run: Run): Attempt;
  /** How it ended; null: it runs. */
  endOf(run: Run): Ending | null;
  /** Somebody presses the button, of a run that has ended. @returns whether that began something. */
  rerun(run: Run): boolean;
  /** Ends the newest attempt. */
  complete(run: Run, story: Story, ending: Ending): void;
  /** What the platform sends about the run as it is now. */
  lettersOf(run: Run): Letter[];
  /** All reruns that clients with a token asked for and that began something, in order; `attempt` is the one that was begun. */
  reruns(): readonly Attempt[];
  /** When it last changed, in ms since the epoch. */
  changedAt(run: Run): number;
  forget(run: Run): void;
}
