import { deadlinePlan, withoutLastRaise } from './deadline-plan.ts';
import { workload } from './workload.fixture.ts';

const wish = { factor: 2, mostSeconds: 3_600, times: 2 };
const raised = (seconds: string) => ({
  self: { ...workload().self, annotations: { 'prunella.dev/raised-deadline': seconds } },
});

it.each`
  what                      | changes                                                | more               | plan
  ${'twice as much'}        | ${{}}                                                  | ${{}}              | ${{ from: 600, to: 1_200, annotations: { 'prunella.dev/raised-deadline': '600' } }}
  ${'whole seconds'}        | ${{ deadlineSeconds: 45 }}                             | ${{ factor: 1.1 }} | ${{ from: 45, to: 50 }}
  ${'at most the cap'}      | ${{ deadlineSeconds: 3_000 }}                          | ${{}}              | ${{ to: 3_600 }}
  ${'a second time'}        | ${{ deadlineSeconds: 1_200, ...raised('600') }}        | ${{}}              | ${{ to: 2_400, annotations: { 'prunella.dev/raised-deadline': '600 1200' } }}
  ${'not a third time'}     | ${{ deadlineSeconds: 2_400, ...raised('600 1200') }}   | ${{}}              | ${{ kind: 'none', reason: expect.stringMatching(/from 10m to 20m: what needs ever more time/) }}
  ${'never less'}           | ${{ deadlineSeconds: 7_200 }}                          | ${{}}              | ${{ kind: 'none', reason: 'default/web has 2h already, and 1h is the most that may be given' }}
  ${'none that is off'}     | ${{ deadlineSeconds: 2_147_483_647 }}                  | ${{}}              | ${{ kind: 'none' }}
  ${'none there'}           | ${{ kind: 'StatefulSet', deadlineSeconds: undefined }} | ${{}}              | ${{ kind: 'none', reason: 'a StatefulSet has no deadline for its rollouts that could be raised' }}
  ${"not a GitOps owner's"} | ${{ owner: 'Flux' }}                                   | ${{}}              | ${{ kind: 'none', reason: expect.stringMatching(/^Flux owns default\/web/) }}
`('$what', ({ changes, more, plan }) => {
  expect(deadlinePlan(workload(changes), { ...wish, ...more })).toMatchObject(plan);
});

it.each`
  noted         | left
  ${'600 1200'} | ${'600'}
  ${'600'}      | ${''}
  ${'nonsense'} | ${''}
`('putting the last of "$noted" back leaves "$left"', ({ noted, left }) => {
  expect(withoutLastRaise(workload(raised(noted)))).toEqual({ 'prunella.dev/raised-deadline': left });
});
