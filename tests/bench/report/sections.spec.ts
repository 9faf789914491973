import { section, withSections } from './sections.ts';

const DOCUMENT = `# Title\n\n${section('chain', 'old')}\nwords\n\n${section('scan', 'stays')}`;

describe('sections of a document', () => {
  it('are replaced by name, and nothing else is', () => {
    const changed = withSections(DOCUMENT, { chain: '| a |\n| --- |\n' });
    expect(changed).toBe(DOCUMENT.replace('old', '| a |\n| --- |'));
    expect(withSections(changed, { chain: 'old' })).toBe(DOCUMENT);
  });

  it('that are not there are said, for figures that go nowhere are lost', () => {
    expect(() => withSections(DOCUMENT, { audit: 'new' })).toThrow('<!-- BENCH audit -->');
    expect(() => withSections('<!-- END chain -->\n<!-- BENCH chain -->\n', { chain: '' })).toThrow('later');
  });
});
