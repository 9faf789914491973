import { parseData, type Subject } from '@prunella/contracts';
import { completed } from '@prunella/core';

/** What services tell of a run that fails and that a retry heals, as `bus.publish` takes it. @param source of the events. */
export function healedRun(runId: string, source: string) {
  const run = (attempt: number) => ({
    ...{
      pipelineId: `octo/${source}/.github/workflows/ci.yml`,
      platform: 'github',
      repository: `octo/${source}`,
      runId,
      attempt,
    },
    ...{ headSha: 'c0ffee', branch: 'main', name: 'CI', kind: 'run', url: `https://ci.example/${runId}` },
  });
  const tell = (subject: Subject, data: object) => {
    const whole = parseData(subject, JSON.parse(JSON.stringify(data)));
    return {
      ...{ subject, source, id: `${runId}/${subject}`, time: new Date().toISOString() },
      data: subject.startsWith('pipeline.') ? completed(whole as never, runId) : whole,
    };
  };
  const failed = tell('pipeline.failed', { ...run(1), conclusion: 'failure' });
  const { incidentId } = failed.data as { incidentId: string };
  const decided = {
    incidentId,
    run: run(1),
    decidedBy: `rule:${source}`,
    fingerprint: `fp-${runId}`,
    prior: 0.8,
    cause: 'network',
  };
  const action = { type: 'retry' };
  return [
    failed,
    tell('diagnosis.made', { ...decided, action, explanation: 'The connection timed out.', confidence: 0.8 }),
    tell('action.executed', { ...decided, action, status: 'executed', risk: 'cheap', mode: 'act', verdict: 'acting' }),
    tell('pipeline.finished', { ...run(2), conclusion: 'success' }),
  ];
}
