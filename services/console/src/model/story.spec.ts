import { STATES } from './incident.ts';
import { tellStory } from './story.ts';
import { buildIncident } from './testing.ts';

const NETWORK = { cause: 'network', domain: 'platform', action: 'retry_with_backoff' } as const;

describe('tellStory', () => {
  it.each([
    [{}, 'CI on main failed. Prunella is reading the logs.'],
    [{ name: '', branch: '' }, 'acme/shop/ci.yml failed. Prunella is reading the logs.'],
    [
      { ...NETWORK, state: 'closed', status: 'executed', outcome: 'healed', closedAt: '2026-11-23T12:00:42Z' },
      'A network failure broke CI on main. Prunella waited and ran it again, and it healed after 42 s.',
    ],
    [
      { ...NETWORK, state: 'closed', status: 'recommended', outcome: 'healed', closedAt: '2026-11-23T12:00:42Z' },
      'A network failure broke CI on main. It recovered without Prunella.',
    ],
    [
      { ...NETWORK, state: 'closed', status: 'executed', outcome: 'inconclusive' },
      'A network failure broke CI on main. Prunella waited and ran it again; nothing proved that it helped.',
    ],
    [
      { cause: 'error_rate', domain: 'delivery', action: 'rollback', state: 'awaiting_approval' },
      'A risen error rate hit CI on main. Prunella asks whether it may roll it back.',
    ],
    [
      { cause: 'compile_error', domain: 'code', action: 'notify_human', state: 'handed_over' },
      'A compile error broke CI on main. It was left to humans.',
    ],
    [
      { ...NETWORK, action: 'notify_human', state: 'handed_over', status: 'handed_over', outcome: 'ineffective' },
      'A network failure broke CI on main. What was tried before did not help, so it was left to humans.',
    ],
    [
      { ...NETWORK, state: 'closed', status: 'recommended' },
      'A network failure broke CI on main. It recovered without Prunella.',
    ],
    [
      { ...NETWORK, state: 'closed', status: 'superseded' },
      'A network failure broke CI on main. Nothing was done: the world had moved on.',
    ],
  ] as const)('%j', (over, story) => {
    expect(tellStory(buildIncident(over))).toBe(story);
  });

  it.each(STATES)('has two whole sentences in state %s', (state) => {
    expect(tellStory(buildIncident({ ...NETWORK, state }))).toMatch(/^A network failure broke CI on main\. [A-Z].+\.$/);
  });
});
