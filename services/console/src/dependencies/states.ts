import type { DependencyList } from '../gen/api.ts';
import type { Tone } from '../parts/status.ts';

type State = DependencyList['items'][number]['state'];

/** How each state is called and coloured. */
export const STATE_LOOKS: Record<State, { label: string; tone: Tone; means: string }> = {
  up: { label: 'Up', tone: 'green', means: 'its probe succeeds' },
  down: { label: 'Down', tone: 'red', means: 'its probe failed several times in a row' },
  suspected: { label: 'Suspected', tone: 'amber', means: 'several pipelines failed with its name in their logs' },
  unknown: { label: 'Unknown', tone: 'gray', means: 'nothing is known of it right now' },
};
