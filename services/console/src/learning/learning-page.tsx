import { PageTitle } from '../parts/page-title.tsx';
import { Learnt } from './learnt.tsx';
import { Reliability } from './reliability.tsx';
import { Resting } from './resting.tsx';
import { StandingChanges } from './standing-changes.tsx';
import { Unknown } from './unknown.tsx';

/** What was learnt of rules and actions and how far that holds, which actions rest, and what no rule knows. */
export function LearningPage() {
  return (
    <>
      <PageTitle title="Learning" />
      <Learnt />
      <Reliability />
      <StandingChanges />
      <Resting />
      <Unknown />
    </>
  );
}
