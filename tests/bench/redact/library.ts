import { lintSource } from '@secretlint/core';
import { creator } from '@secretlint/secretlint-rule-preset-recommend';

const GONE = '[redacted]';
const PRESET = '@secretlint/secretlint-rule-preset-recommend';
/** Comments such as `secretlint-disable` in a log would switch it off: whoever writes the log could say what is a secret. */
const SWITCH = '@secretlint/secretlint-rule-filter-comments';

/** The text without what the rules of secretlint find. */
export async function redactByLibrary(text: string): Promise<string> {
  const { messages } = await lintSource({
    source: { content: text, filePath: 'build.log', ext: '.log', contentType: 'text' },
    options: {
      config: { rules: [{ id: PRESET, rule: creator, rules: [{ id: SWITCH, disabled: true }] }] },
      noPhysicFilePath: true,
    },
  });
  const ranges = messages.map(({ range }) => range).sort(([a], [b]) => a - b);
  let out = '';
  let at = 0;
  for (const [begin, end] of ranges) {
    if (end <= at) continue;
    out += begin >= at ? text.slice(at, begin) + GONE : '';
    at = end;
  }
  return out + text.slice(at);
}
