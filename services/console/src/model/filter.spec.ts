import { isEmpty, matches, readFilter, writeFilter } from './filter.ts';
import { buildIncident } from './testing.ts';

describe('readFilter and writeFilter', () => {
  it('keep what they know and each other', () => {
    const text = 'state=closed&outcome=healed&cause=network&repository=acme%2Fshop&q=npm';
    expect(writeFilter(readFilter(new URLSearchParams(text))).toString()).toBe(text);
  });

  it('leave out unknown words, blanks and other parameters', () => {
    const filter = readFilter(new URLSearchParams('state=nope&outcome=&cause=toString&q=%20&page=3'));
    expect(filter).toEqual({});
    expect(isEmpty(filter)).toBe(true);
  });
});

describe('matches', () => {
  const incident = buildIncident({
    state: 'closed',
    outcome: 'healed',
    cause: 'network',
    explanation: 'npm lost its line',
  });
  it.each([
    [{}, true],
    [{ state: 'closed' }, true],
    [{ state: 'scheduled' }, false],
    [{ outcome: 'harmful' }, false],
    [{ cause: 'network' }, true],
    [{ cause: 'oom' }, false],
    [{ repository: 'acme/shop' }, true],
    [{ repository: 'acme' }, false],
    [{ q: 'NPM' }, true],
    [{ q: 'acme/sh' }, true],
    [{ q: 'absent' }, false],
    [{ state: 'closed', q: 'absent' }, false],
  ] as const)('%j: %s', (filter, expected) => {
    expect(matches(incident, filter)).toBe(expected);
  });
});
