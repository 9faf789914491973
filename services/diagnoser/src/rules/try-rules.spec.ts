import { parseRulePack } from '@prunella/rules';
import { tryRules } from './try-rules.ts';

const PACK = parseRulePack(
  'mine',
  ['mirror', 'proxy']
    .map(
      (name) => `
  - id: our-${name}
    cause: network
    says: Our own package ${name} did not answer.
    match: { log: ['${name}\\.example\\.com unreachable'] }
    exclude: ['retrying']
    transient: 0.9
    confidence: 0.95
    action: { type: retry, parameters: { attempts: 2 } }
    examples: { match: ['${name}.example.com unreachable'] }`,
    )
    .reduce((text, rule) => text + rule, 'rules:'),
);

async function* logs(...texts: string[]) {
  for (const [index, text] of texts.entries()) yield { id: `log-${index}`, text };
}

/** Each look at it takes so long. */
function clockOf(msPerLook: number) {
  let now = 0;
  return {
    now: () => {
      now += msPerLook;
      return now;
    },
  };
}
const UNHURRIED = { clock: clockOf(0), withinMs: 1 };

describe('tryRules', () => {
  it('tells of each rule on how many green logs it was tried, and what it matched', async () => {
    const bad = 'fine\nmirror.example.com unreachable\nok\n';
    const tried = await tryRules(PACK, logs('fine\n', bad, 'mirror.example.com unreachable, retrying\n'), UNHURRIED);
    expect(tried).toEqual({
      logs: 3,
      complete: true,
      rules: [
        {
          ...{ id: 'our-mirror', logs: 3, logsHit: 1 },
          hits: [{ log: 'log-1', line: 2, text: 'mirror.example.com unreachable' }],
        },
        { id: 'our-proxy', logs: 3, logsHit: 0, hits: [] },
      ],
    });
  });

  it('reads no log: nothing was tried', async () => {
    expect(await tryRules(PACK, logs(), UNHURRIED)).toMatchObject({
      logs: 0,
      complete: true,
      rules: [{ logs: 0 }, {}],
    });
  });

  it('finds what stands after a slice, and across two', async () => {
    const line = 'proxy.example.com unreachable';
    const filler = `${'x'.repeat(99)}\n`.repeat(5_242);
    const cut = `${filler}${'y'.repeat(80)}${line}`;
    expect(Buffer.byteLength(filler) + 80).toBeLessThan(512 * 1024);
    const { rules } = await tryRules(PACK, logs(`${cut}\n${filler}${line}`), UNHURRIED);
    expect(rules[1]?.hits.map((hit) => hit.line)).toEqual([5_243, 10_486]);
  });

  it('tells a bounded part of many hits', async () => {
    const log = `${'z'.repeat(900)} mirror.example.com unreachable\n`.repeat(50);
    const { rules } = await tryRules(PACK, logs(...Array.from({ length: 30 }, () => log)), UNHURRIED);
    const [mirror] = rules;
    expect([mirror?.logsHit, mirror?.hits.length]).toEqual([30, 20]);
    expect(mirror?.hits.slice(0, 4).map(({ log: id }) => id)).toEqual(['log-0', 'log-0', 'log-0', 'log-1']);
    expect(mirror?.hits.every(({ text }) => text.length <= 500)).toBe(true);
  });

  it('stops when time is up, and says so', async () => {
    const tried = await tryRules(PACK, logs('a', 'b', 'c', 'd'), { clock: clockOf(10), withinMs: 25 });
    expect([tried.logs, tried.complete]).toEqual([2, false]);
  });
});
