import { type ClusterOfFailures, draftRequestOf } from './draft-cluster.ts';
import { draftRule } from './draft-rule.ts';

const CLUSTER: ClusterOfFailures = {
  ...{ id: 'fp_quux', count: 2, repositories: ['octo/a', 'octo/b'] },
  ...{ firstSeen: '2026-11-20T08:00:00.000Z', lastSeen: '2026-11-22T08:00:00.000Z' },
  incidents: [7, 12].map((seat) => ({
    id: `inc_${seat}`,
    evidence: [{ text: `quux: could not reserve licence seat ${seat}` }],
    alternatives: [{ cause: 'service_unavailable', confidence: 0.3 }],
  })),
};
const SILENT = { ...CLUSTER, incidents: CLUSTER.incidents.map((each) => ({ ...each, alternatives: [] })) };
const taken = new Set<string>();

describe('a rule for a cluster', () => {
  it.each`
    what                             | cluster    | given                      | cause
    ${'that the diagnoses consider'} | ${CLUSTER} | ${{}}                      | ${'service_unavailable'}
    ${'that is given'}               | ${CLUSTER} | ${{ cause: 'rate_limit' }} | ${'rate_limit'}
    ${'that is given alone'}         | ${SILENT}  | ${{ cause: 'oom' }}        | ${'oom'}
    ${'that nobody knows'}           | ${SILENT}  | ${{}}                      | ${undefined}
  `('is for the cause $what', ({ cluster, given, cause }) => {
    expect(draftRequestOf(cluster, { ...given, taken })?.cause).toBe(cause);
  });

  it('says where it comes from, and leaves out failures without evidence', () => {
    const empty = { id: 'inc_0', evidence: [], alternatives: [] };
    const request = draftRequestOf({ ...CLUSTER, incidents: [empty, ...CLUSTER.incidents] }, { taken });
    expect(request?.samples.map(({ incidentId }) => incidentId)).toEqual(['inc_7', 'inc_12']);
    expect(request?.comment[0]).toBe(
      'Drafted from the cluster fp_quux: 2 failures of octo/a, octo/b, 2026-11-20 to 2026-11-22.',
    );
    expect(request && draftRule(request)).toMatchObject({
      kind: 'drafted',
      yaml: expect.stringContaining('licence seat'),
    });
  });
});
