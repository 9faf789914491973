import type { CiReader } from '@prunella/core';
import { ProblemException } from '@prunella/service-kit';
import fc from 'fast-check';
import { answerOf, broken, changed } from '../../../test/broken.ts';
import { notificationOf, pipelineRunOf, structured } from '../../../test/jenkins-messages.ts';
import { isRunReport, type RunReport } from '../details.ts';
import { jenkins } from './index.ts';
import { verifyToken } from './token.ts';

const sha = 'c6d86dc654b12425e706bcf951adfe5a8627a517';

function reportOf(body: unknown): RunReport {
  const { heard, field } = answerOf(jenkins, body);
  if (heard?.kind !== 'reports') throw new Error(`expected a report, found ${heard?.reason ?? field}`);
  const [report] = heard.reports;
  if (!isRunReport(report)) throw new Error(`expected one of a run, found ${report.subject}`);
  return report;
}

describe('a notification', () => {
  it('tells how a build ended', () => {
    expect(reportOf(notificationOf())).toMatchObject({
      subject: 'pipeline.finished',
      id: 'folder/app/feature%252Fx#12/finished',
      source: 'https://ci.example.com/jenkins',
      time: '2026-03-01T10:03:00.000Z',
      data: {
        pipelineId: 'folder/app/feature%252Fx',
        platform: 'jenkins',
        repository: '',
        runId: 'folder/app/feature%252Fx#12',
        attempt: 1,
        headSha: sha,
        branch: 'feature/x',
        url: 'https://ci.example.com/jenkins/job/folder/job/app/job/feature%252Fx/12/',
        name: 'folder/app/feature%2Fx',
        kind: 'run',
        conclusion: 'failure',
        startedAt: '2026-03-01T10:00:00Z',
        finishedAt: '2026-03-01T10:03:00Z',
      },
    });
  });

  it.each`
    status         | conclusion     | type
    ${'SUCCESS'}   | ${'success'}   | ${undefined}
    ${'FAILURE'}   | ${'failure'}   | ${''}
    ${'UNSTABLE'}  | ${'failure'}   | ${'test_failure'}
    ${'ABORTED'}   | ${'cancelled'} | ${undefined}
    ${'NOT_BUILT'} | ${'skipped'}   | ${undefined}
    ${'EXPLODED'}  | ${'neutral'}   | ${undefined}
  `('$status is $conclusion', ({ status, conclusion, type }) => {
    const { data } = reportOf(notificationOf({ status }));
    expect(data).toMatchObject({ conclusion });
    if (type === undefined) expect(data).not.toHaveProperty('error');
    else {
      expect(data).toMatchObject({ error: { type, message: '2 of 120 tests failed\nFAILED a.B.c\nFAILED a.B.d' } });
    }
  });

  it.each`
    what                                 | tests                      | log        | error
    ${'no tests and no log'}             | ${null}                    | ${''}      | ${{ type: 'test_failure', message: '' }}
    ${'tests of which none failed'}      | ${{ total: 9, failed: 0 }} | ${''}      | ${{ type: 'unstable', message: '' }}
    ${'the end of the log it was given'} | ${{ total: 9, failed: 1 }} | ${'oh no'} | ${{ message: '1 of 9 tests failed\noh no' }}
  `('of an unstable build with $what', ({ tests, log, error }) => {
    expect(reportOf(notificationOf({ status: 'UNSTABLE', test_summary: tests, log })).data).toMatchObject({ error });
  });

  it('COMPLETED and FINALIZED are one event; STARTED is another', () => {
    const [completed, finalized, started] = ['COMPLETED', 'FINALIZED', 'STARTED'].map((phase) =>
      reportOf(notificationOf({ phase })),
    );
    expect(finalized?.id).toBe(completed?.id);
    expect(finalized?.source).toBe(completed?.source);
    expect(started).toMatchObject({ subject: 'pipeline.started', data: { startedAt: '2026-03-01T10:03:00Z' } });
  });

  it.each`
    change
    ${{ phase: 'QUEUED' }}
    ${{ phase: 'NONE' }}
    ${{ phase: 'COMPLETED', status: null }}
  `('$change has not ended', ({ change }) => {
    expect(answerOf(jenkins, notificationOf(change)).heard).toMatchObject({ kind: 'ignored' });
  });

  it.each`
    url                                                           | runId                | source
    ${'http://ci:8080/job/app/7/'}                                | ${'app#7'}           | ${'http://ci:8080'}
    ${'https://ci.example.com/jenkins/job/my%20app/job/PR-3/7/'}  | ${'my%20app/PR-3#7'} | ${'https://ci.example.com/jenkins'}
    ${'https://ci.example.com/view/all/job/a/job/main/1/console'} | ${'a/main#1'}        | ${'https://ci.example.com'}
  `('knows the build at $url', ({ url, runId, source }) => {
    expect(reportOf(notificationOf({ full_url: url }))).toMatchObject({ source, data: { runId } });
  });

  it('goes by the address below Jenkins where Jenkins does not know its own', () => {
    expect(reportOf(notificationOf({ full_url: null }))).toMatchObject({
      source: 'jenkins',
      data: { runId: 'folder/app/feature%252Fx#12', url: '' },
    });
  });

  it.each(['', 'https://ci.example.com/job/app/', 'https://ci.example.com/job/../7/', 'x', 'https://x/job/%zz/7/'])(
    'refuses the address "%s"',
    (full_url) => {
      expect(answerOf(jenkins, notificationOf({ full_url, url: full_url })).status).toBe(400);
    },
  );

  it.each`
    scm                                       | url                             | branch
    ${{ branch: 'refs/remotes/origin/main' }} | ${'job/a/1/'}                   | ${'main'}
    ${{ branch: 'refs/heads/release/1' }}     | ${'job/a/1/'}                   | ${'release/1'}
    ${{ branch: 'detached' }}                 | ${'job/a/1/'}                   | ${''}
    ${{}}                                     | ${'job/a/1/'}                   | ${''}
    ${null}                                   | ${'job/a/job/fix%252F%2525/1/'} | ${'fix/%'}
    ${null}                                   | ${'job/a/job/main/1/'}          | ${''}
  `('$scm at $url is on branch "$branch"', ({ scm, url, branch }) => {
    expect(reportOf(notificationOf({ full_url: `https://ci.example.com/${url}`, scm })).data.branch).toBe(branch);
  });

  it.each([1_772_359_380_000, '2026-03-01T10:03:00+00:00', '2026-03-01T10:03:00.0+00:00'])(
    'reads the time %s',
    (timestamp) => {
      expect(reportOf(notificationOf({ timestamp })).time).toBe('2026-03-01T10:03:00.000Z');
    },
  );
});

describe('a CDEvent', () => {
  const finished = (content = {}, build = {}) => pipelineRunOf('finished', content, build);

  it.each`
    mode            | body
    ${'binary'}     | ${finished({ outcome: 'error', errors: 'broken since #11' })}
    ${'structured'} | ${structured(finished({ outcome: 'error', errors: 'broken since #11' }))}
  `('in $mode mode is the same event as the notification', ({ body }) => {
    const [event, notified] = [reportOf(body), reportOf(notificationOf())];
    expect(event).toMatchObject({
      id: notified.id,
      source: notified.source,
      data: {
        incidentId: notified.data.incidentId,
        runId: 'folder/app/feature%252Fx#12',
        conclusion: 'failure',
        headSha: sha,
        branch: 'feature/x',
        error: { message: 'broken since #11' },
      },
    });
  });

  it.each`
    outcome      | status        | conclusion
    ${'success'} | ${'UNSTABLE'} | ${'failure'}
    ${'failure'} | ${'ABORTED'}  | ${'cancelled'}
    ${'success'} | ${null}       | ${'success'}
    ${'error'}   | ${null}       | ${'failure'}
    ${'cancel'}  | ${null}       | ${'cancelled'}
  `('with outcome $outcome and status $status is $conclusion', ({ outcome, status, conclusion }) => {
    expect(reportOf(finished({ outcome }, { status })).data).toMatchObject({ conclusion });
  });

  it('that started is told; one that waits, or of another kind, is not', () => {
    expect(reportOf(pipelineRunOf('started'))).toMatchObject({ subject: 'pipeline.started' });
    const task = changed(finished(), 'context.type', 'dev.cdevents.taskrun.finished.0.1.1');
    for (const body of [pipelineRunOf('queued'), task]) {
      expect(answerOf(jenkins, body).heard).toMatchObject({ kind: 'ignored' });
    }
  });

  it('without custom data goes by its source', () => {
    const body = changed(finished({ outcome: 'failure' }), 'customData', undefined);
    expect(reportOf(body)).toMatchObject({ source: 'jenkins', data: { runId: 'folder/app/feature%252Fx#12' } });
  });
});

describe('what the API says besides', () => {
  const signal = AbortSignal.timeout(600_000);
  const complete = async (report: RunReport) => {
    const asked: string[] = [];
    const details = async ({ runId }: { runId: string }) => {
      asked.push(runId);
      return { headSha: sha, branch: 'main' };
    };
    const reader = { details } as unknown as CiReader;
    return { whole: await jenkins.complete?.(report, { reader: () => reader, cluster: undefined }, signal), asked };
  };

  it('is the commit of a pipeline, of which the notification says none', async () => {
    const { whole } = await complete(reportOf(notificationOf({ scm: {} })));
    expect(whole?.data).toMatchObject({ headSha: sha, branch: 'main' });
  });

  it.each`
    what                              | body
    ${'one that has its commit'}      | ${notificationOf()}
    ${'one that has only just begun'} | ${notificationOf({ phase: 'STARTED', scm: {} })}
  `('is not asked for $what', async ({ body }) => {
    expect((await complete(reportOf(body))).asked).toEqual([]);
  });
});

describe('who may send', () => {
  const token = 't0ken:x';
  const basic = (text: string) => ({ authorization: `Basic ${Buffer.from(text).toString('base64')}` });
  const set = { JENKINS_WEBHOOK_TOKEN: token };

  it.each`
    who                                | headers                                 | query                           | environment                             | ok
    ${'the token in the address'}      | ${{}}                                   | ${`token=${token}`}             | ${set}                                  | ${true}
    ${'the token as a password'}       | ${basic(`jenkins:${token}`)}            | ${''}                           | ${set}                                  | ${true}
    ${'the token as a bearer'}         | ${{ authorization: `Bearer ${token}` }} | ${''}                           | ${set}                                  | ${true}
    ${'another token in the address'}  | ${{}}                                   | ${'token=other'}                | ${set}                                  | ${false}
    ${'an empty token'}                | ${{}}                                   | ${'token='}                     | ${set}                                  | ${false}
    ${'another one before it'}         | ${{}}                                   | ${`token=other&token=${token}`} | ${set}                                  | ${false}
    ${'another password'}              | ${basic('jenkins:other')}               | ${''}                           | ${set}                                  | ${false}
    ${'the token as a user'}           | ${basic(`${token}`)}                    | ${''}                           | ${set}                                  | ${false}
    ${'nobody'}                        | ${{}}                                   | ${''}                           | ${set}                                  | ${false}
    ${'anybody where nothing is set'}  | ${{}}                                   | ${`token=${token}`}             | ${{}}                                   | ${false}
    ${'anybody where that is allowed'} | ${{}}                                   | ${''}                           | ${{ PRUNELLA_INSECURE_WEBHOOKS: true }} | ${true}
  `('$who: $ok', ({ headers, query, environment, ok }) => {
    const delivery = { headers, query: new URLSearchParams(query), body: Buffer.from('{}') };
    const check = () => verifyToken(delivery, { PRUNELLA_INSECURE_WEBHOOKS: false, ...environment });
    if (ok) expect(check).not.toThrow();
    else expect(check).toThrow(ProblemException);
  });
});

describe('broken payloads', () => {
  const bodies: [string, Record<string, unknown>][] = [
    ['a notification', notificationOf()],
    ['a CDEvent', pipelineRunOf('finished', { outcome: 'error', errors: 'x' })],
    ['a CloudEvent', structured(pipelineRunOf('finished', { outcome: 'error', errors: 'x' }))],
  ];

  it.each(bodies)('%s with any field broken is taken, passed over or refused by a field', (_, body) => {
    let refused = 0;
    for (const { body: wrong } of broken(body)) {
      const { status, field } = answerOf(jenkins, wrong);
      expect([0, 400]).toContain(status);
      if (status === 0) continue;
      refused += 1;
      expect(field).not.toBe('');
      expect(field).toBeDefined();
    }
    expect(refused).toBeGreaterThan(50);
  });

  it('never throws anything but a refusal, whatever stands in a field', () => {
    const fields = bodies.flatMap(([, body]) => [...broken(body)].map(({ path }) => ({ body, path })));
    fc.assert(
      fc.property(fc.constantFrom(...fields), fc.jsonValue(), ({ body, path }, value) => {
        expect([0, 400]).toContain(answerOf(jenkins, changed(body, path, value)).status);
      }),
      { numRuns: 300 },
    );
  });

  it('reads any address without harm', () => {
    fc.assert(
      fc.property(fc.webUrl(), fc.array(fc.string(), { maxLength: 6 }), (base, parts) => {
        const full_url = `${base}/job/${parts.join('/job/')}/7/`;
        expect([0, 400]).toContain(answerOf(jenkins, notificationOf({ full_url })).status);
      }),
    );
  });

  it.each(['', 'not json', '[]', 'null'])('%s is refused as a body', (body) => {
    expect(answerOf(jenkins, body)).toEqual({ status: 400, field: 'body' });
  });

  it.each`
    headers                                               | event
    ${{}}                                                 | ${'notification'}
    ${{ 'content-type': 'application/cloudevents+json' }} | ${'cdevent'}
    ${{ 'ce-type': 'dev.cdevents.x' }}                    | ${'cdevent'}
  `('$headers is counted as $event', ({ headers, event }) => {
    expect(jenkins.eventOf({ headers, query: new URLSearchParams(), body: Buffer.alloc(0) })).toBe(event);
  });
});
