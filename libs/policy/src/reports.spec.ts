import { logQuery } from './logql.ts';
import { parsePolicy } from './parse-policy.ts';
import { byHand, byHandDependsOn } from './reports.ts';

const reports = (yaml: string) => parsePolicy(`version: 1\nreports: ${yaml}\n`).reports;

it('has neither a digest nor a figure of what is saved where nobody sets one', () => {
  const { digest, byHand: figures } = parsePolicy('version: 1').reports;
  expect([digest, figures]).toEqual([undefined, []]);
  expect(reports('{ digest: {} }').digest).toEqual({ every: 'week', at: '09:00', zone: 'UTC' });
});

it.each`
  yaml                                                  | says
  ${'{ digest: { at: 9 } }'}                            | ${/reports.digest.at/}
  ${'{ digest: { zone: Mars } }'}                       | ${/expected a time zone/}
  ${'{ digest: { every: day, day: mon } }'}             | ${/expected no day/}
  ${'{ digest: { channel: ci } }'}                      | ${/expected a channel/}
  ${'{ digset: {} }'}                                   | ${/digest/}
  ${'{ byHand: [{ takes: 5s }] }'}                      | ${/from 1m to 1d/}
  ${'{ byHand: [{ match: {}, takes: 5m }] }'}           | ${/at least one of repository/}
  ${'{ logs: { workload: \'{app="{{pipeline}}"}\' } }'} | ${/no other placeholders/}
`('refuses $yaml', ({ yaml, says }) => {
  expect(() => reports(yaml)).toThrow(says);
});

it.each`
  repository     | action        | cause        | saved
  ${'acme/shop'} | ${'rollback'} | ${'crash'}   | ${{ minutes: 60, money: 90 }}
  ${'acme/shop'} | ${'retry'}    | ${'network'} | ${{ minutes: 15, money: 20 }}
  ${'acme/shop'} | ${'retry'}    | ${'oom'}     | ${undefined}
  ${'other/x'}   | ${'rollback'} | ${'crash'}   | ${undefined}
`('$action of $repository after $cause saves $saved', ({ saved, ...heal }) => {
  const settings = reports(`{ byHand: [
    { match: { repository: acme/*, action: rollback }, takes: 1h, perHour: 90 },
    { match: { cause: [network, image_pull] }, takes: 15m, perHour: 80 }] }`);
  expect(byHand(settings, heal)).toEqual(saved);
});

it.each`
  value          | answer
  ${'shop-api'}  | ${{ query: '{pod=~"shop-api-.*"}' }}
  ${''}          | ${{ why: 'the query asks for a name, and none is known' }}
  ${'a"} or {x'} | ${{ why: 'the name has characters that are not put into a query' }}
  ${'a.*|b'}     | ${{ why: 'the name has characters that are not put into a query' }}
`('a query about $value', ({ value, answer }) => {
  expect(logQuery('{pod=~"{{name}}-.*"}', { name: value })).toEqual(answer);
});

it.each`
  figures                                                                              | fields
  ${'[]'}                                                                              | ${[]}
  ${'[{ takes: 5m }]'}                                                                 | ${[]}
  ${'[{ match: { cause: oom }, takes: 5m }, { takes: 5m }]'}                           | ${['cause']}
  ${'[{ match: { cause: oom, repository: a/* }, takes: 5m }]'}                         | ${['repository', 'cause']}
  ${'[{ match: { action: retry }, takes: 5m }, { match: { cause: oom }, takes: 5m }]'} | ${['action', 'cause']}
`('$figures depend on $fields', ({ figures, fields }) => {
  expect(byHandDependsOn(reports(`{ byHand: ${figures} }`))).toEqual(fields);
});
