import { Build } from './model.ts';
import { isRerunOf, startedBy } from './rerun-of.ts';

const user = 'Prunella';
const at = { job: 'folder/my%20app', number: 1_234 };

/** Something begun so. */
function begun(causes: object[], parameters: object[] = []): Build {
  const actions = [{ causes }, { parameters }, null, {}];
  return Build.parse({ number: 1, url: '', building: false, timestamp: 0, actions });
}

const byUs = { _class: 'hudson.model.Cause$UserIdCause', userId: 'prunella' };
const byAda = { ...byUs, userId: 'ada' };
const byPush = { _class: 'hudson.triggers.SCMTrigger$SCMTriggerCause', shortDescription: 'Started by an SCM change' };
const replay = (text: string) => ({
  _class: 'org.jenkinsci.plugins.workflow.cps.replay.ReplayCause',
  shortDescription: text,
});
const restart = (text: string) => ({
  _class: 'org.jenkinsci.plugins.pipeline.modeldefinition.causes.RestartDeclarativePipelineCause',
  shortDescription: text,
});
const rebuild = (upstreamBuild: number, upstreamProject?: string) => ({
  _class: 'com.sonyericsson.rebuild.RebuildCause',
  upstreamBuild,
  upstreamProject,
});
const main = { _class: 'hudson.model.StringParameterValue', name: 'BRANCH', value: 'main' };
const dry = { _class: 'hudson.model.BooleanParameterValue', name: 'DRY', value: true };
const secret = { _class: 'hudson.model.PasswordParameterValue', name: 'KEY' };
const added = { _class: 'hudson.model.StringParameterValue', name: 'NEW', value: '' };

it.each`
  what                                               | causes                                               | parameters                            | is
  ${'ours with the same'}                            | ${[byUs]}                                            | ${[main, dry, secret]}                | ${true}
  ${'ours with the same and what is new in the job'} | ${[byUs]}                                            | ${[main, dry, added]}                 | ${true}
  ${'ours, which met another in the queue'}          | ${[byPush, byUs]}                                    | ${[main, dry]}                        | ${true}
  ${'ours with other parameters'}                    | ${[byUs]}                                            | ${[{ ...main, value: 'other' }, dry]} | ${false}
  ${'ours with fewer'}                               | ${[byUs]}                                            | ${[main]}                             | ${false}
  ${"somebody else's with the same"}                 | ${[byAda]}                                           | ${[main, dry]}                        | ${false}
  ${'a push'}                                        | ${[byPush]}                                          | ${[main, dry]}                        | ${false}
  ${'nothing said'}                                  | ${[]}                                                | ${[main, dry]}                        | ${false}
  ${'a replay of it, by whomever'}                   | ${[byAda, replay('Replayed #1,234')]}                | ${[]}                                 | ${true}
  ${'in another language'}                           | ${[byAda, replay('Nr. #1.234 wiederholt')]}          | ${[]}                                 | ${true}
  ${'a rebuild of the pipeline'}                     | ${[replay('Rebuilt #1234')]}                         | ${[]}                                 | ${true}
  ${'a replay of another, even by us'}               | ${[byUs, replay('Replayed #1,233')]}                 | ${[main, dry]}                        | ${false}
  ${'a restart from a stage of it'}                  | ${[restart('Restarted from build #1234, stage 2')]}  | ${[]}                                 | ${true}
  ${'a restart from one of another'}                 | ${[restart('Restarted from build #7, stage #1234')]} | ${[]}                                 | ${false}
  ${'a rebuild by the plugin'}                       | ${[byAda, rebuild(1_234, 'folder/my app')]}          | ${[]}                                 | ${true}
  ${'one that does not say of which job'}            | ${[rebuild(1_234)]}                                  | ${[]}                                 | ${true}
  ${'a rebuild of another job'}                      | ${[byUs, rebuild(1_234, 'other')]}                   | ${[main, dry]}                        | ${false}
  ${'a rebuild of another build'}                    | ${[byUs, rebuild(12, 'folder/my app')]}              | ${[main, dry]}                        | ${false}
`('$what: $is', ({ causes, parameters, is }) => {
  const failed = begun([byPush], [main, dry, secret]);
  expect(isRerunOf(failed, at, begun(causes, parameters), user)).toBe(is);
});

it('none is ours when nobody is signed in', () => {
  expect(startedBy(begun([byUs, { _class: '', userId: '' }, {}]), undefined)).toBe(false);
  expect(isRerunOf(begun([]), at, begun([byUs]), undefined)).toBe(false);
});
