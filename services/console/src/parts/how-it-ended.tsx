import { Shares } from './shares.tsx';

/** How many actions of one kind ended how. `pending`: it is not known yet. */
interface Endings {
  successful: number;
  ineffective: number;
  harmful: number;
  inconclusive: number;
  pending: number;
}

/** How actions ended, as shares; the same words and colours on every page. */
export function HowItEnded({ of }: { of: Endings }) {
  return (
    <Shares
      parts={[
        { label: 'healed', count: of.successful, tone: 'green' },
        { label: 'did not help', count: of.ineffective, tone: 'amber' },
        { label: 'did harm', count: of.harmful, tone: 'red' },
        { label: 'no proof', count: of.inconclusive, tone: 'gray' },
        { label: 'not known yet', count: of.pending, tone: 'blue' },
      ]}
    />
  );
}
