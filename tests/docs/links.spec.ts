import { existsSync, statSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { parsePolicy } from '@prunella/policy';
import { parseRulePack } from '@prunella/rules';
import { parseAllDocuments } from 'yaml';
import { anchorsOf, blocksOf, documents, ROOT, readDocument, withoutBlocks } from './walk/documents.ts';

const all = documents().map((file) => ({ file }));
const anchors = new Map<string, Set<string>>();

function hasAnchor(file: string, anchor: string): boolean {
  const known = anchors.get(file) ?? anchorsOf(file);
  anchors.set(file, known);
  return known.has(anchor);
}

it.each(all)('$file leads to what is there', ({ file }) => {
  const links = withoutBlocks(readDocument(file)).matchAll(/\]\(([^)\s]+)\)/g);
  const broken = [...links].flatMap(([, link = '']) => {
    if (/^[a-z]+:/i.test(link)) return [];
    const [path = '', anchor] = decodeURI(link).split('#');
    const target = path === '' ? file : normalize(join(dirname(file), path));
    if (!existsSync(join(ROOT, target))) return [`${link}: there is no ${target}`];
    if (anchor === undefined || !target.endsWith('.md') || statSync(join(ROOT, target)).isDirectory()) return [];
    return hasAnchor(target, anchor) ? [] : [`${link}: ${target} has no heading for #${anchor}`];
  });
  expect(broken).toEqual([]);
});

it.each(all)('$file: JSON and YAML can be read, policies and rules by their parsers', ({ file }) => {
  const wrong = blocksOf(file).flatMap(({ language, text, line }) => {
    try {
      if (language === 'json') JSON.parse(text);
      if (language === 'yaml' && /^version: 1$/m.test(text)) parsePolicy(text, file);
      else if (language === 'yaml' && /^rules:\n {2}- id:/m.test(text)) parseRulePack(file, text);
      else if (language === 'yaml')
        return parseAllDocuments(text).flatMap((document) =>
          document.errors.map(({ message }) => `line ${line}: ${message}`),
        );
      return [];
    } catch (error) {
      return [`line ${line}: ${error instanceof Error ? error.message : String(error)}`];
    }
  });
  expect(wrong).toEqual([]);
});

it('every guide is in the table of contents', () => {
  const contents = readDocument('docs/README.md');
  const missing = all.filter(
    ({ file }) =>
      /^docs\/(?:guide|reference|development)\//.test(file) && !contents.includes(`](${file.slice('docs/'.length)})`),
  );
  expect(missing).toEqual([]);
});
