import type { TimelineEvent, TimelineType } from './incident.ts';
import { type Step, toSteps } from './steps.ts';
import { buildDetail } from './testing.ts';

function event(type: TimelineType, data: unknown = {}, over: Partial<TimelineEvent> = {}): TimelineEvent {
  return {
    id: `${type}:${over.attempt ?? 1}`,
    type,
    at: '2026-11-23T12:00:00Z',
    attempt: 1,
    title: type,
    says: '',
    data,
    ...over,
  };
}

const kinds = (steps: readonly Step[]) => steps.map(({ kind }) => kind);
const find = <K extends Step['kind']>(steps: readonly Step[], kind: K) =>
  steps.find((step): step is Extract<Step, { kind: K }> => step.kind === kind);

const EVIDENCE = [{ line: 7, text: 'ECONNRESET', job: 'build' }];
const REASONS = [{ check: 'mode', allows: true, says: 'In mode act.' }];
const ACTION = { type: 'retry_with_backoff', parameters: { attempts: 3, firstDelay: '5s' } };

describe('toSteps', () => {
  it('shows a healed incident from failure to outcome', () => {
    const timeline = [
      event('pipeline.failed'),
      event('diagnosis.made', { cause: 'network', confidence: 0.9, decidedBy: 'rule:x', evidence: EVIDENCE }),
      event('action.scheduled', { action: ACTION, reasons: REASONS, dueAt: '2026-11-23T12:00:05Z', mode: 'act' }),
      event('action.executed', { action: ACTION, reasons: REASONS, status: 'executed', effect: 'rerun 42' }),
      event('pipeline.finished', { conclusion: 'success' }, { attempt: 2 }),
      event('outcome.observed', { outcome: 'healed', evidenceEventIds: ['e1'] }),
    ];
    const steps = toSteps(buildDetail({ state: 'closed', outcome: 'healed', reason: 'Cheap.', timeline }));
    const expected = ['failed', 'evidence', 'diagnosis', 'decision', 'scheduled', 'action', 'finished', 'outcome'];
    expect(kinds(steps)).toEqual(expected);
    expect(find(steps, 'decision')).toMatchObject({ verdict: 'acting', mode: 'act', reasons: REASONS, says: '' });
    expect(find(steps, 'scheduled')).toMatchObject({
      over: true,
      parameters: [
        ['attempts', '3'],
        ['firstDelay', '5s'],
      ],
    });
    expect(find(steps, 'action')).toMatchObject({ action: 'retry_with_backoff', effect: 'rerun 42', stops: [] });
    expect(find(steps, 'outcome')).toMatchObject({
      ...{ outcome: 'healed', title: 'Outcome: Healed' },
      proof: [{ id: 'e1', says: '', step: undefined }],
    });
    expect(new Set(steps.map(({ key }) => key)).size).toBe(steps.length);
  });

  it.each`
    status        | title
    ${'executed'} | ${'Taken back'}
    ${'failed'}   | ${'Not taken back'}
  `('shows "$title" as a step of its own after the action', ({ status, title }) => {
    const timeline = [
      event('diagnosis.made', { cause: 'error_rate' }),
      event(
        'action.executed',
        { action: { type: 'rollback' }, status: 'executed', effect: 'rolled back' },
        { id: 'x' },
      ),
      event('action.executed', { action: { type: 'rollback' }, status, effect: 'put back', undoes: 'k' }, { id: 'u' }),
    ];
    const steps = toSteps(buildDetail({ state: 'closed', outcome: 'harmful', timeline }));
    expect(steps.map((step) => step.title)).toEqual(['Diagnosis', 'Decision', 'Action', title]);
  });

  it('decides anew after each diagnosis', () => {
    const round = (attempt: number) => [
      event('pipeline.finished', { conclusion: 'failure' }, { attempt, id: `f${attempt}` }),
      event('pipeline.failed', {}, { attempt, id: `p${attempt}` }),
      event('diagnosis.made', { cause: 'network' }, { attempt, id: `d${attempt}` }),
      event(
        'action.executed',
        { verdict: 'acting', status: 'executed', reasons: REASONS },
        { attempt, id: `x${attempt}` },
      ),
    ];
    const steps = toSteps(buildDetail({ state: 'closed', timeline: [...round(1), ...round(2)] }));
    const each = ['failed', 'diagnosis', 'decision', 'action'];
    expect(kinds(steps)).toEqual([...each, ...each]);
  });

  it('takes from the incident what the last events do not carry', () => {
    const timeline = [
      event('diagnosis.made'),
      event('action.executed', { status: 'handed_over', explanation: 'Code.' }),
    ];
    const detail = buildDetail({
      timeline,
      state: 'handed_over',
      cause: 'lint',
      verdict: 'handing_over',
      reason: 'Code.',
      evidence: EVIDENCE,
      gaps: ['no token'],
      reasons: REASONS,
    });
    const steps = toSteps(detail);
    expect(find(steps, 'evidence')).toMatchObject({ lines: EVIDENCE, gaps: ['no token'] });
    expect(find(steps, 'diagnosis')?.cause).toBe('lint');
    expect(find(steps, 'decision')).toMatchObject({ verdict: 'handing_over', reasons: REASONS, says: 'Code.' });
    expect(find(steps, 'action')?.says).toBe('');
  });

  it('shows what stopped an action at the last moment; a false that ProtoJSON left out is a stop', () => {
    const reasons = [...REASONS, { check: 'head-moved', says: 'A commit was pushed.' }];
    const timeline = [event('diagnosis.made'), event('action.executed', { status: 'superseded', reasons })];
    const action = find(toSteps(buildDetail({ state: 'closed', timeline })), 'action');
    expect(action?.stops).toEqual([{ check: 'head-moved', allows: false, says: 'A commit was pushed.' }]);
  });

  it('leaves out the jobs of a run, and what was learnt', () => {
    const timeline = [
      event('pipeline.started', { kind: 'run' }, { id: 's' }),
      event('pipeline.started', { kind: 'job' }, { id: 'j' }),
      event('pipeline.failed', { kind: 'run' }),
      event('pipeline.finished', { kind: 'job', conclusion: 'success' }, { attempt: 2, id: 'k' }),
      event('pipeline.finished', { kind: 'run', conclusion: 'success' }, { attempt: 2, id: 'r' }),
      event('confidence.updated'),
    ];
    expect(toSteps(buildDetail({ state: 'closed', timeline })).map(({ key }) => key)).toEqual([
      's',
      'pipeline.failed:1',
      'r',
    ]);
  });

  it.each([
    [{ approved: true, by: 'ada', reason: 'go' }, 'Approved by ada', true],
    [{ by: 'ada' }, 'Rejected by ada', false],
    [{}, 'Rejected', false],
  ])('says who answered: %j', (data, title, approved) => {
    const steps = toSteps(buildDetail({ timeline: [event('action.approved', data)] }));
    expect(find(steps, 'approved')).toMatchObject({ title, approved });
  });

  it.each([
    ['detected', true],
    ['diagnosed', true],
    ['scheduled', true],
    ['awaiting_approval', true],
    ['verifying', true],
    ['recommended', false],
    ['handed_over', false],
    ['closed', false],
  ] as const)('state %s: something is still to come is %s', (state, expected) => {
    expect(toSteps(buildDetail({ state })).some(({ kind }) => kind === 'pending')).toBe(expected);
  });

  it.each([null, 'text', 7, [], { evidence: 'x', reasons: 3, action: [], parameters: null }, { evidence: [null, 1] }])(
    'stands data that is not as promised: %j',
    (data) => {
      const types: TimelineType[] = ['diagnosis.made', 'action.scheduled', 'action.executed', 'outcome.observed'];
      const steps = toSteps(buildDetail({ state: 'closed', timeline: types.map((type) => event(type, data)) }));
      expect(kinds(steps)).toEqual(expect.arrayContaining(['diagnosis', 'decision', 'scheduled', 'action', 'outcome']));
    },
  );
});
