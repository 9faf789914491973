import { answer, api } from '../api/client.ts';
import type { ConfidenceList, StandingChange } from '../gen/api.ts';
import { ACTIONS, labelOf } from '../model/words.ts';
import { ChangeDialog } from '../parts/change-dialog.tsx';

type Learned = ConfidenceList['items'][number];
export type StandingWish = 'trusted' | 'demoted' | 'automatic';

const WISHES: Record<StandingWish, { verb: string; title: string; about: string; color?: string }> = {
  trusted: {
    verb: 'Promote',
    title: 'Promote',
    about:
      'What it says of itself counts, whatever its outcomes were, until somebody changes that: where the policy lets it act, it acts.',
  },
  demoted: {
    verb: 'Demote',
    title: 'Demote',
    about: 'It is only recommended, everywhere, until somebody changes that. Outcomes are counted all the same.',
    color: 'red',
  },
  automatic: {
    verb: 'Let it learn',
    title: 'Let it learn again',
    about: 'It stands as it does now, and its outcomes decide from now on.',
  },
};

/** What may be done with a rule and action as they stand. */
export function wishesFor({ standing, pinned }: Pick<Learned, 'standing' | 'pinned'>) {
  const wishes: StandingWish[] = [
    standing === 'demoted' ? 'trusted' : 'demoted',
    ...(pinned ? ['automatic' as const] : []),
  ];
  return wishes.map((wish) => ({ standing: wish, verb: WISHES[wish].verb }));
}

interface StandingDialogProps {
  of: Learned;
  standing: StandingWish;
  onClose: () => void;
}

/** Asks who promotes or demotes a rule and action, and why. */
export function StandingDialog({ of: { decidedBy, action }, standing, onClose }: StandingDialogProps) {
  const { verb, title, about, color } = WISHES[standing];
  return (
    <ChangeDialog<StandingChange>
      title={`${title}: ${labelOf(ACTIONS, action).toLowerCase()} by ${decidedBy}`}
      about={about}
      verb={verb}
      {...(color !== undefined && { color })}
      change={(who) => answer(api.POST('/v1/confidence/standing', { body: { decidedBy, action, standing, ...who } }))}
      refreshes={[['learnt'], ['confidence']]}
      onClose={onClose}
    />
  );
}
