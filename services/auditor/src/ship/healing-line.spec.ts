import type { Received } from '@prunella/bus';
import { BEGIN, Story, type Told } from '../../test/story.ts';
import { healingLine } from './healing-line.ts';

const story = new Story('a run', {}, BEGIN);

function received(told: Told): Received {
  return { ...told, seq: 7, delivery: 1, traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01` } as Received;
}

const saidOf = (told: Told) => {
  const entry = healingLine(received(told));
  return entry && (JSON.parse(entry.line) as Record<string, unknown>);
};

it.each`
  told                                                                   | msg
  ${story.diagnosed()}                                                   | ${'healing: diagnosed network, 90 % sure, retry_with_backoff is proposed: The connection timed out.'}
  ${story.scheduled()}                                                   | ${'healing: retry_with_backoff is to be done at 2026-11-02T08:05:00Z'}
  ${story.requested()}                                                   | ${"healing: rollback needs somebody's yes: a human must agree"}
  ${story.approved(true, { reason: 'go on' })}                           | ${'healing: ada said yes to rollback: go on'}
  ${story.executed()}                                                    | ${'healing: retry_with_backoff executed (rerun-failed-jobs): a network failure passes when it is tried again'}
  ${story.executed('handed_over', { action: { type: 'notify_human' } })} | ${'healing: notify_human handed over: a network failure passes when it is tried again'}
  ${story.executed('executed', { undoes: 'inc_1/1' })}                   | ${'healing: rollback of inc_1/1 executed (rerun-failed-jobs): a network failure passes when it is tried again'}
  ${story.outcome('harmful')}                                            | ${'healing: retry_with_backoff was harmful: it was harmful'}
  ${story.outcome('ineffective', { reverses: 'evt' })}                   | ${'healing: retry_with_backoff was ineffective, which takes a heal back: it was ineffective'}
  ${story.watched('bad')}                                                | ${'healing: the watch web of the deployment ended bad: 2 of 2 looks saw nothing'}
`('$told.subject: $msg', ({ told, msg }) => {
  expect(saidOf(told)).toMatchObject({ event: told.subject, msg, incident_id: story.incidentId });
});

it('is found by its pipeline, as label of few values, structured metadata and in the line', () => {
  const entry = healingLine(received(story.executed()));
  const pipeline = 'octo/repo/.github/workflows/ci.yml';
  expect(entry).toMatchObject({
    labels: { service: 'prunella', event: 'action.executed' },
    at: BigInt(Date.parse(story.executed().time)) * 1_000_000n + 7n,
    metadata: { pipeline_id: pipeline, incident_id: story.incidentId, trace_id: 'a'.repeat(32) },
  });
  expect(JSON.parse(entry?.line ?? '')).toMatchObject({
    pipeline_id: pipeline,
    action: 'retry_with_backoff',
    attempt: 1,
  });
  expect(healingLine(received(story.executed()))).toEqual(entry);
});

it('has no secrets and an end, and is not made of what is not about healing', () => {
  const told = story.executed('failed', { explanation: `token=abcdefghij0123456789 ${'x'.repeat(20_000)}` });
  const { line } = healingLine(received(told)) ?? { line: '' };
  expect(line).not.toContain('abcdefghij0123456789');
  expect(line.length).toBeLessThan(4_000);
  expect(healingLine(received(story.finished('success')))).toBeUndefined();
  expect(healingLine({ ...received(story.executed()), time: 'soon' } as Received)).toBeUndefined();
});
