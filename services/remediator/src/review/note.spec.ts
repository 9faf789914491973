import { fencedMarkdown as fenced, plainMarkdown as plain } from '@prunella/core';
import fc from 'fast-check';
import { orderFor } from '../order.fixture.ts';
import type { Order } from '../order.ts';
import { noteOf } from './note.ts';
import { type Became, type Story, withStep } from './story.ts';

const NOON = Date.parse('2026-03-01T12:00:00Z');

function told(order: Order, ...steps: Became[]): Story {
  const story = steps.reduce<Story | undefined>((so_far, became) => withStep(so_far, order, became), undefined);
  if (story === undefined) throw new Error('nothing was told');
  return story;
}

function concluded(status: Extract<Became, { kind: 'concluded' }>['status'], explanation = 'Because.'): Became {
  return { kind: 'concluded', status, effect: status === 'executed' ? 'reran the failed jobs' : '', explanation };
}

const scheduled: Became = { kind: 'scheduled', dueAt: NOON };
const executed = concluded('executed');
const healed: Became = { kind: 'proven', outcome: 'healed', reason: 'attempt 2 succeeded' };

it('says the cause, the lines that speak for it, what was done, why, and what came of it', () => {
  const story = told(orderFor(), scheduled, executed, healed);
  expect(noteOf(story, 'https://prunella.example/incidents/inc_1')).toEqual({
    key: expect.stringMatching(/^note_\w+$/),
    title: 'ci passed again',
    state: 'healed',
    body: [
      '**Cause:** network (85 % sure, rule:connection-timeout). The connection timed out.',
      '',
      '```text',
      'build:12: connect ETIMEDOUT',
      '```',
      '',
      '**Done:** reran the failed jobs.',
      '**Why:** Because.',
      '**Outcome:** healed. attempt 2 succeeded',
      '',
      '<sub>Prunella, attempt 1 of aaaaaaaaaaaa · [all of it](<https://prunella.example/incidents/inc_1>)</sub>',
    ].join('\n'),
  });
});

it.each`
  what                 | steps                                                                           | state        | title                              | says
  ${'recommended'}     | ${[concluded('recommended')]}                                                   | ${'open'}    | ${'ci failed'}                     | ${/\*\*Recommended:\*\* a rerun; nothing was done/}
  ${'planned'}         | ${[scheduled]}                                                                  | ${'healing'} | ${'ci failed and is being healed'} | ${/\*\*Planned:\*\* a rerun at 2026-03-01T12:00:00/}
  ${'asked'}           | ${[{ kind: 'asked', expiresAt: NOON }]}                                         | ${'open'}    | ${'ci failed'}                     | ${/Somebody has to approve it by 2026-03-01T12:00:00/}
  ${'parked'}          | ${[scheduled, { kind: 'parked', says: 'a storm is on' }]}                       | ${'healing'} | ${'ci failed and is being healed'} | ${/\*\*Waiting:\*\* a rerun, but a storm is on/}
  ${'done'}            | ${[scheduled, executed]}                                                        | ${'healing'} | ${'ci failed and is being healed'} | ${/not known yet whether that helped/}
  ${'in vain'}         | ${[executed, { kind: 'proven', outcome: 'ineffective', reason: 'It failed.' }]} | ${'open'}    | ${'ci failed'}                     | ${/\*\*Outcome:\*\* ineffective\. It failed\./}
  ${'failed'}          | ${[concluded('failed', 'No right.')]}                                           | ${'open'}    | ${'ci failed'}                     | ${/\*\*Not done:\*\* a rerun\.\n\*\*Why:\*\* No right\./}
  ${'superseded'}      | ${[concluded('superseded', 'Green already.')]}                                  | ${'open'}    | ${'ci failed'}                     | ${/\*\*Not done:\*\*/}
  ${'left to people'}  | ${[concluded('handed_over', 'Your code.')]}                                     | ${'open'}    | ${'ci failed'}                     | ${/\*\*For people:\*\* Your code\./}
  ${'not yet decided'} | ${[concluded('rejected', 'Rejected by ada.')]}                                  | ${'open'}    | ${'ci failed'}                     | ${/Rejected by ada\./}
`('says that it is $what', ({ steps, state, title, says }) => {
  const note = noteOf(told(orderFor(), ...(steps as Became[])));
  expect([note.title, note.state]).toEqual([title, state]);
  expect(note.body).toMatch(says as RegExp);
});

describe('what others wrote', () => {
  it.each`
    text                                 | shown
    ${'@octo/team and @ada'}             | ${'@\u200bocto/team and @\u200bada'}
    ${'#12 GH-12 acme/shop#12 !3 %4 ~x'} | ${'\\#\u200b12 GH-\u200b12 acme/shop\\#\u200b12 !\u200b3 %\u200b4 \\~\u200bx'}
    ${'https://evil.example www.evil'}   | ${'https:\u200b//evil.example www.\u200bevil'}
    ${'[here](javascript:x) ![](y)'}     | ${'\\[here\\](javascript:x) !\u200b\\[\\](y)'}
    ${'<img src=x>&lt;<!-- a -->'}       | ${'\\<img src=x\\>\\&\u200blt;\\<!-- a --\\>'}
    ${'a\n\n# b\n```\nc'}                | ${'a \\# b \\`\\`\\` c'}
    ${'a\u202egnp.exe'}                  | ${'a gnp.exe'}
    ${'mail ada@example.com'}            | ${'mail ada@\u200bexample.com'}
  `('$text is only shown', ({ text, shown }) => {
    expect(plain(text)).toBe(shown);
  });

  const spiky = fc
    .array(
      fc.oneof(
        fc.constantFrom(
          '`',
          '```',
          '~~~',
          '@ada',
          '#1',
          '<b>',
          '-->',
          '![x](y)',
          '\n',
          '\r',
          '\\',
          'https://x.y',
          '&lt;',
          '$',
        ),
        fc.string({ maxLength: 4 }),
      ),
      { maxLength: 30 },
    )
    .map((parts) => parts.join(''));

  it('never gets out of its line, and is no markup', () => {
    fc.assert(
      fc.property(spiky, (text) => {
        const shown = plain(text);
        expect(shown).not.toMatch(/[\n\r]/);
        // after what is escaped is taken away, nothing is left that means something
        expect(shown.replaceAll(/\\[\\`*_[\]<>#~&$]/g, '')).not.toMatch(/[`*_[\]<>#~&$\\]|@\w|:\/\//);
      }),
    );
  });

  it('never gets out of its fence', () => {
    fc.assert(
      fc.property(fc.array(spiky, { minLength: 1, maxLength: 6 }), (lines) => {
        const [opening = '', ...rest] = fenced(lines).split('\n');
        const fence = /^`+/.exec(opening)?.[0] ?? '';
        const ends = rest.findIndex((line) => new RegExp(`^ {0,3}\`{${fence.length},}\\s*$`).test(line));
        expect([fence.length >= 3, ends, rest.length]).toEqual([true, lines.length, lines.length + 1]);
      }),
    );
  });

  it('can be anything in an order without a mention, a link or HTML of its own', () => {
    fc.assert(
      fc.property(spiky, (text) => {
        const run = { ...orderFor().run, name: text, headSha: text };
        const evidence = [{ line: 1, text, job: text }];
        const order = orderFor({ run, evidence, diagnosis: text, decidedBy: text, explanation: text });
        const note = noteOf(told(order, { kind: 'parked', says: text }), 'https://prunella.example/i');
        expect(note.title).not.toMatch(/\n/);
        const fence = /^(`{3,})text$/m.exec(note.body)?.[1] ?? '';
        const [before = '', , after = ''] = note.body.split(new RegExp(`^${fence}(?:text)?$`, 'm'));
        const ours = after.replace(
          /<sub>Prunella, attempt 1(.*) · \[all of it\]\(<https:\/\/prunella\.example\/i>\)<\/sub>$/,
          '$1',
        );
        expect(ours).not.toBe(after);
        expect(`${note.title}${before}${ours}`).not.toMatch(/(?<!\\)[<[`]|@\w|:\/\//);
      }),
    );
  });

  it('is cut where it is too long', () => {
    expect(plain('x'.repeat(9_999))).toHaveLength(600);
    expect(fenced(['y'.repeat(9_999)]).split('\n')[1]).toHaveLength(300);
  });
});

describe('a story', () => {
  const first = orderFor({ decidedAt: 1 });
  const second = orderFor({ key: 'inc_1.2', decidedAt: 2, run: { ...first.run, attempt: 2 } });
  const other = orderFor({ key: 'inc_2.1', incidentId: 'inc_2', decidedAt: 3 });

  it('is the same when it is told the same again, in any order of the steps before', () => {
    const story = { ...told(first, scheduled, executed, healed), said: true };
    for (const step of [scheduled, executed, healed]) expect(withStep(story, first, step)).toBe(story);
  });

  it('is still to be said after anything new', () => {
    const story = { ...told(first, scheduled), said: true };
    expect(withStep(story, first, executed)).toMatchObject({ said: false, result: executed });
  });

  it('goes on with the next attempt, and keeps in brief what became of the one before', () => {
    const story = withStep(told(first, executed), second, scheduled);
    expect(story).toMatchObject({ order: second, waits: scheduled, earlier: ['Attempt 1: reran the failed jobs'] });
    expect(story.result).toBeUndefined();
    expect(noteOf(story).body).toContain('\n- Attempt 1: reran the failed jobs\n');
  });

  it('begins anew with another incident, and hears nothing more of an older one', () => {
    const story = withStep(told(first, executed), other, scheduled);
    expect(story).toMatchObject({ order: other, earlier: [] });
    expect(withStep(story, first, healed)).toBe(story);
  });
});
