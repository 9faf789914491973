import fc from 'fast-check';
import { diagnosisFor } from './diagnosis.fixture.ts';
import { PolicyError } from './errors.ts';
import { parsePolicy } from './parse-policy.ts';
import { policyJsonSchema } from './schema.ts';
import { globFits, settingsFor } from './settings.ts';

const { run } = diagnosisFor();

describe('parsePolicy', () => {
  it('recommends by default, acts only on the simulated platform', () => {
    const policy = parsePolicy('version: 1');
    expect(settingsFor(policy, run, 'retry')).toMatchObject({
      mode: 'recommend',
      attempts: 3,
      thresholds: { cheap: 0.6, reversible: 0.8 },
    });
    expect(settingsFor(policy, { ...run, platform: 'playground' }, 'retry').mode).toBe('act');
  });

  it('takes for each setting the first entry that fits and names it', () => {
    const policy = parsePolicy(`
version: 1
pipelines:
  - match: { repository: acme/*, branch: release/* }
    mode: observe
  - match: { repository: acme/* }
    mode: act
    attempts: 1
  - match: { platform: playground }
    mode: recommend
`);
    expect(settingsFor(policy, run, 'retry')).toMatchObject({
      mode: 'act',
      attempts: 1,
      modeFrom: 'the entry for repository acme/*',
    });
    expect(settingsFor(policy, { ...run, branch: 'release/1' }, 'retry')).toMatchObject({
      mode: 'observe',
      attempts: 1,
    });
    expect(settingsFor(policy, { ...run, repository: 'other/x' }, 'retry')).toMatchObject({
      mode: 'recommend',
      attempts: 3,
    });
    expect(settingsFor(policy, { ...run, repository: 'x/y', platform: 'playground' }, 'retry').mode).toBe('recommend');
  });

  it.each`
    what                 | text                                                               | says
    ${'an unknown key'}  | ${'version: 1\nmoode: act'}                                        | ${'line 2: moode: unknown setting; did you mean "mode"?'}
    ${'a nested one'}    | ${'version: 1\npipelines:\n  - match: { repo: x }\n    mode: act'} | ${/^line 3: pipelines\[0\]\.match\.repo: unknown setting; expected one of platform, repository/}
    ${'an unknown mode'} | ${'version: 1\n\nmode: auto'}                                      | ${/^line 3: mode: Invalid option: expected one of "observe"/}
    ${'a wrong number'}  | ${'version: 1\nthresholds:\n  cheap: 2'}                           | ${/^line 3: thresholds\.cheap: Too big/}
    ${'a bad duration'}  | ${'version: 1\nsettleWithin: soon'}                                | ${/^line 2: settleWithin: expected a duration such as 500ms/}
    ${'no version'}      | ${'mode: act'}                                                     | ${/^version: Invalid input/}
    ${'a list'}          | ${'- a'}                                                           | ${/expected object/}
    ${'broken YAML'}     | ${'version: 1\nmode: [act'}                                        | ${/^line 2: /}
  `('says where $what is wrong', ({ text, says }) => {
    expect(() => parsePolicy(text)).toThrow(PolicyError);
    expect(() => parsePolicy(text)).toThrow(says);
  });

  it('throws nothing but PolicyError, whatever it is given', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string(), fc.json(), fc.constant('a: &a [*a]'), fc.constant('a: &a [x]\nb: [*a,*a]')),
        (text) => {
          try {
            parsePolicy(text);
          } catch (error) {
            expect(error).toBeInstanceOf(PolicyError);
          }
        },
      ),
    );
  });

  it('has a JSON Schema for editors', () => {
    expect(policyJsonSchema()).toMatchObject({
      type: 'object',
      properties: { mode: { enum: ['observe', 'recommend', 'approve', 'act'] } },
    });
  });
});

describe('globFits', () => {
  it.each`
    glob           | text            | fits
    ${undefined}   | ${'x'}          | ${true}
    ${'acme/shop'} | ${'acme/shop'}  | ${true}
    ${'acme/shop'} | ${'acme/shop2'} | ${false}
    ${'acme/*'}    | ${'acme/shop'}  | ${true}
    ${'*/shop'}    | ${'acme/shop'}  | ${true}
    ${'a*b*c'}     | ${'aXbYc'}      | ${true}
    ${'a*b*c'}     | ${'acb'}        | ${false}
    ${'ab*ba'}     | ${'aba'}        | ${false}
    ${'*'}         | ${''}           | ${true}
    ${'a.c'}       | ${'abc'}        | ${false}
  `('$glob on $text: $fits', ({ glob, text, fits }) => {
    expect(globFits(glob, text)).toBe(fits);
  });
});
