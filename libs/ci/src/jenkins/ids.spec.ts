import { ProviderError } from '@prunella/core';
import fc from 'fast-check';
import {
  type BuildId,
  buildAddress,
  buildOfUrl,
  fullNameOf,
  jobAddress,
  jobOfUrl,
  parseRunId,
  printRunId,
} from './ids.ts';

/** Names of jobs as Jenkins allows them, also `job` itself; a branch's slash is escaped in a multibranch job's names. */
const name = fc.oneof(
  fc.constantFrom('job', 'build', '12', 'feature%2Fx', 'ä ö', 'a+b', "it's"),
  fc
    .string({ unit: 'binary', minLength: 1, maxLength: 12 })
    .filter((text) => !/[/\\]/.test(text) && !/^\.{1,2}$/.test(text)),
);
const names = fc.array(
  name.filter((text) => text.isWellFormed()),
  { minLength: 1, maxLength: 4 },
);
const ids = fc.record({
  job: names.map((all) => all.map(encodeURIComponent).join('/')),
  number: fc.integer({ min: 1 }),
});

it('reads what it printed', () => {
  fc.assert(fc.property(ids, (id) => expect(parseRunId(printRunId(id))).toEqual(id)));
});

it('finds the build in its own address, wherever Jenkins is', () => {
  const root = fc.constantFrom('https://ci.example', 'http://127.0.0.1:8080/jenkins');
  fc.assert(
    fc.property(root, ids, fc.constantFrom('', '/', '/console'), (at, id, rest) => {
      expect(buildOfUrl(`${at}/${buildAddress(id)}${rest}`)).toEqual(id);
      expect(jobOfUrl(`${at}/${buildAddress(id)}${rest}`)).toBe(id.job);
    }),
  );
});

it('reads nothing else than what it prints, and says what is wrong', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[a-z/%#.0-9]{0,12}$/)), (text) => {
      let id: BuildId;
      try {
        id = parseRunId(text);
      } catch (error) {
        expect(error).toMatchObject({ problem: 'refused', provider: 'jenkins' });
        return;
      }
      expect(printRunId(id)).toBe(text);
    }),
  );
});

it.each`
  runId
  ${''}
  ${'12'}
  ${'#12'}
  ${'app#'}
  ${'app#0'}
  ${'app#012'}
  ${'app#-1'}
  ${'app#1.5'}
  ${'app#99999999999999999999'}
  ${'/app#1'}
  ${'app/#1'}
  ${'a//b#1'}
  ${'../secrets#1'}
  ${'a/%2e%2e/b#1'}
  ${'my app#1'}
  ${'app?x#1'}
  ${'app%#1'}
  ${'app%ff#1'}
`('"$runId" is no build', ({ runId }) => {
  expect(() => parseRunId(runId)).toThrow(ProviderError);
  expect(() => parseRunId(runId)).toThrow(/expected a build "folder\/job#12"/);
});

it('says how a job is written', () => {
  expect(jobAddress('folder/my%20app')).toBe('job/folder/job/my%20app');
  expect(() => jobAddress('my app')).toThrow(/expected a job as in its address.*found "my app"/);
  expect(fullNameOf('app/feature%252Fx')).toBe('app/feature%2Fx');
});

it.each`
  url                                              | build
  ${'https://ci.example/job/app/'}                 | ${undefined}
  ${'https://ci.example/job/app/lastBuild/'}       | ${undefined}
  ${'https://ci.example/queue/item/7/'}            | ${undefined}
  ${'https://ci.example/view/all/job/app/7/'}      | ${{ job: 'app', number: 7 }}
  ${'https://ci.example/job/job/job/job/7/stages'} | ${{ job: 'job/job', number: 7 }}
  ${'nonsense'}                                    | ${undefined}
`('the build of $url is $build', ({ url, build }) => {
  expect(buildOfUrl(url)).toEqual(build);
});
