import { LabelCap } from './label-cap.ts';

describe('LabelCap', () => {
  it('keeps the first label sets and calls the rest other', () => {
    const cap = new LabelCap(2);
    expect(cap.labels({ platform: 'github', repository: 'a/a' })).toEqual({ platform: 'github', repository: 'a/a' });
    expect(cap.labels({ platform: 'github', repository: 'b/b' })).toEqual({ platform: 'github', repository: 'b/b' });
    expect(cap.labels({ platform: 'github', repository: 'c/c' })).toEqual({ platform: 'other', repository: 'other' });
    expect(cap.labels({ platform: 'github', repository: 'a/a' })).toEqual({ platform: 'github', repository: 'a/a' });
  });
});
