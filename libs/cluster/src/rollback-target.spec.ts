import fc from 'fast-check';
import { badRevisionsNote } from './notes.ts';
import { rollbackTarget } from './rollback-target.ts';
import { templateHash } from './template.ts';
import { revision, templateOf, workload } from './workload.fixture.ts';

const bad = (image: string) => badRevisionsNote({}, { bad: templateHash(templateOf(image)) });

describe('the revision to go back to', () => {
  it.each`
    what                                                  | web                           | revisions                                                               | target
    ${'the newest, when nothing is known of any'}         | ${{}}                         | ${[revision(3), revision(2), revision(1)]}                              | ${2}
    ${'an older one that serves while the new one hangs'} | ${{}}                         | ${[revision(3), revision(2), revision(1, 'v1', { health: 'ready' })]}   | ${1}
    ${'not one that never got ready'}                     | ${{}}                         | ${[revision(3), revision(2, 'v2', { health: 'unready' }), revision(1)]} | ${1}
    ${'not one that is the same'}                         | ${{}}                         | ${[revision(3), revision(2, 'v3'), revision(1)]}                        | ${1}
    ${'not one that was rolled back from'}                | ${{ annotations: bad('v2') }} | ${[revision(3), revision(2, 'v2', { health: 'ready' }), revision(1)]}   | ${1}
    ${'not a later one'}                                  | ${{}}                         | ${[revision(4, 'v4', { health: 'ready' }), revision(3), revision(2)]}   | ${2}
    ${'the stable one while an update is brought in'}     | ${{ stable: 'h1' }}           | ${[revision(3), revision(2, 'v2', { health: 'ready' }), revision(1)]}   | ${1}
  `('is $what', ({ web, revisions, target }) => {
    expect(rollbackTarget(workload(web), revisions)).toMatchObject({ kind: 'revision', from: 3, revision: target });
  });

  it.each`
    what                               | web                                         | revisions                                                  | reason
    ${'there is no earlier one'}       | ${{}}                                       | ${[revision(3)]}                                           | ${/^default\/web has no earlier revision that differs from revision 3$/}
    ${'they are all the same'}         | ${{}}                                       | ${[revision(3), revision(2, 'v3')]}                        | ${/no earlier revision that differs/}
    ${'all were rolled back from'}     | ${{ annotations: bad('v2') }}               | ${[revision(3), revision(2)]}                              | ${/was not rolled back from before \(2\)/}
    ${'none of them serves'}           | ${{}}                                       | ${[revision(3), revision(2, 'v2', { health: 'unready' })]} | ${/with a ready replica/}
    ${'the stable one was bad before'} | ${{ stable: 'h2', annotations: bad('v2') }} | ${[revision(3), revision(2), revision(1)]}                 | ${/the stable revision of default\/web is gone, or was rolled back from/}
    ${'the change is not observed'}    | ${{ revision: undefined }}                  | ${[revision(3), revision(2)]}                              | ${/has no revision yet/}
    ${'it is paused'}                  | ${{ blocked: 'is paused' }}                 | ${[revision(3), revision(2)]}                              | ${/^default\/web is paused$/}
    ${'Argo CD owns it'}               | ${{ owner: 'Argo CD' }}                     | ${[revision(3), revision(2)]}                              | ${/^Argo CD owns default\/web .* roll back in its repository, by hand or by one of the `alternatives`/}
  `('is none when $what, and says so', ({ web, revisions, reason }) => {
    expect(rollbackTarget(workload(web), revisions)).toMatchObject({
      kind: 'none',
      reason: expect.stringMatching(reason),
    });
  });

  it('is never the current template, one that was left before, or one whose pods all fail', () => {
    const health = fc.constantFrom('ready' as const, 'unready' as const, 'unknown' as const);
    const history = fc.array(fc.tuple(fc.integer({ min: 1, max: 4 }), health), { maxLength: 8 });
    fc.assert(
      fc.property(history, fc.integer({ min: 1, max: 4 }), (entries, left) => {
        const revisions = entries
          .map(([image, is], index) =>
            revision(index + 1, `v${image}`, { health: is, current: index + 1 === entries.length }),
          )
          .reverse();
        const current = revisions[0];
        const web = workload({
          revision: entries.length,
          annotations: bad(`v${left}`),
          ...(current && { template: current.template }),
        });
        const target = rollbackTarget(web, revisions);
        if (target.kind === 'none') return;
        expect(target.hash).not.toBe(current?.hash);
        expect(target.hash).not.toBe(templateHash(templateOf(`v${left}`)));
        expect(revisions.find(({ number }) => number === target.revision)?.health).not.toBe('unready');
      }),
    );
  });
});
