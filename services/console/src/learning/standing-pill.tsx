import type { ConfidenceList } from '../gen/api.ts';
import partClasses from '../parts/parts.module.css';
import { Pill } from '../parts/pill.tsx';
import { Age } from '../parts/timestamp.tsx';

type Standing = Pick<ConfidenceList['items'][number], 'standing' | 'pinned' | 'why' | 'since'>;

/** How a rule and action stand, with why and since when. */
export function StandingPill({ standing, pinned, why, since }: Standing) {
  return (
    <span>
      <Pill tone={standing === 'demoted' ? 'red' : 'green'}>
        {STANDINGS[standing]}
        {pinned && ', by hand'}
      </Pill>
      {why !== null && (
        <span className={partClasses['note']}>
          {why}
          {since !== null && (
            <>
              {' · '}
              <Age at={since} />
            </>
          )}
        </span>
      )}
    </span>
  );
}

export const STANDINGS = { trusted: 'trusted', demoted: 'recommends only' } as const;
