import { redact, TOKEN_FAMILIES } from '@prunella/signals';
import { redactByLibrary } from '../bench/redact/library.ts';
import { type Case, corpus, leftOf } from '../support/secrets/corpus.ts';
import { HARMLESS } from '../support/secrets/harmless.ts';
import { maker } from '../support/secrets/made-up.ts';
import { TOKEN_FORMATS } from '../support/secrets/token-formats.ts';

/** Nothing is left of a secret of any format wherever it stands, and nothing else is taken out. ADR 0043 says what was compared. */
const CASES = corpus(1);
const describeCase = ({ format, context, text }: Case, out: string) => ({ format, context, text, out });

it('has formats and contexts enough to say something', () => {
  expect(new Set(CASES.map(({ kind, format }) => `${kind} ${format}`)).size).toBeGreaterThanOrEqual(200);
  expect(CASES.length).toBeGreaterThan(3_500);
});

it('leaves nothing of a secret, wherever it stands', () => {
  const left = CASES.flatMap((one) => {
    const out = redact(one.text);
    return one.secrets.some((secret) => leftOf(secret, out) !== undefined) ? [describeCase(one, out)] : [];
  });
  expect(left).toEqual([]);
});

it('leaves what stands beside it, and the lines', () => {
  const lost = CASES.flatMap((one) => {
    const out = redact(one.text);
    const whole =
      one.kept.every((word) => out.includes(word)) && out.split('\n').length === one.text.split('\n').length;
    return whole ? [] : [describeCase(one, out)];
  });
  expect(lost).toEqual([]);
});

it('leaves JSON readable when it was', () => {
  const broken = CASES.filter(({ context }) => context.startsWith('JSON')).flatMap((one) => {
    const out = redact(one.text);
    try {
      JSON.parse(out);
      return [];
    } catch {
      return [describeCase(one, out)];
    }
  });
  expect(broken).toEqual([]);
});

it('changes nothing the second time', () => {
  const changed = CASES.filter(({ text }) => redact(redact(text)) !== redact(text));
  expect(changed.map((one) => describeCase(one, redact(one.text)))).toEqual([]);
});

it('leaves alone what only looks like a secret', () => {
  const make = maker(3);
  const lines = HARMLESS.map(([name, line]) => ({ name, text: line(make) }));
  expect(lines.map(({ name, text }) => ({ name, text: redact(text) }))).toEqual(lines);
});

it.each(TOKEN_FAMILIES)('the corpus has a token of $of: $hints.0', ({ shape }) => {
  const make = maker(5);
  const tokens = TOKEN_FORMATS.map(([, of]) => of(make));
  const whole = new RegExp(`^(?:${shape})$`);
  expect(tokens.some((token) => whole.test(token))).toBe(true);
});

describe('what the rules of secretlint find', () => {
  const all = CASES.map(({ text }) => text).join('\n');

  it('is in the corpus', async () => {
    expect((await redactByLibrary(all)).split('[redacted]').length).toBeGreaterThan(400);
  });

  it('is found by ours as well', async () => {
    const ours = redact(all);
    expect(await redactByLibrary(ours)).toBe(ours);
  });
});
