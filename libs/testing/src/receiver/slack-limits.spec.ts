import { slackViolations } from './slack-limits.ts';

const text = (length: number, type = 'mrkdwn') => ({ type, text: 'x'.repeat(length) });
const many = <T>(count: number, item: T): T[] => Array.from({ length: count }, () => item);

const button = (changes: object = {}) => ({
  type: 'button',
  action_id: 'a',
  value: 'v',
  text: text(75, 'plain_text'),
  confirm,
  ...changes,
});
const confirm = {
  title: text(100, 'plain_text'),
  text: text(300, 'plain_text'),
  confirm: text(30, 'plain_text'),
  deny: text(30, 'plain_text'),
};
const ids = (count: number) => many(count, null).map((_, index) => button({ action_id: String(index) }));

it.each`
  what                      | block                                                                                                  | where
  ${'a header'}             | ${{ type: 'header', text: text(150, 'plain_text') }}                                                   | ${undefined}
  ${'a long header'}        | ${{ type: 'header', text: text(151, 'plain_text') }}                                                   | ${'blocks[0].text.text'}
  ${'a header in mrkdwn'}   | ${{ type: 'header', text: text(1) }}                                                                   | ${'blocks[0].text.type'}
  ${'an empty header'}      | ${{ type: 'header', text: text(0, 'plain_text') }}                                                     | ${'blocks[0].text.text'}
  ${'a section'}            | ${{ type: 'section', text: text(3_000) }}                                                              | ${undefined}
  ${'a long section'}       | ${{ type: 'section', text: text(3_001) }}                                                              | ${'blocks[0].text.text'}
  ${'a section of nothing'} | ${{ type: 'section' }}                                                                                 | ${'blocks[0]'}
  ${'half of a character'}  | ${{ type: 'section', text: { type: 'mrkdwn', text: '\ud83d' } }}                                       | ${'blocks[0].text.text'}
  ${'ten fields'}           | ${{ type: 'section', fields: many(10, text(2_000)) }}                                                  | ${undefined}
  ${'eleven fields'}        | ${{ type: 'section', fields: many(11, text(1)) }}                                                      | ${'blocks[0].fields'}
  ${'a long field'}         | ${{ type: 'section', fields: [text(2_001)] }}                                                          | ${'blocks[0].fields[0].text'}
  ${'no fields'}            | ${{ type: 'section', fields: [] }}                                                                     | ${'blocks[0].fields'}
  ${'too many elements'}    | ${{ type: 'context', elements: many(11, text(1)) }}                                                    | ${'blocks[0].elements'}
  ${'a divider'}            | ${{ type: 'divider' }}                                                                                 | ${undefined}
  ${'buttons'}              | ${{ type: 'actions', elements: [button(), button({ action_id: 'b' })] }}                               | ${undefined}
  ${'no buttons'}           | ${{ type: 'actions', elements: [] }}                                                                   | ${'blocks[0].elements'}
  ${'too many buttons'}     | ${{ type: 'actions', elements: ids(26) }}                                                              | ${'blocks[0].elements'}
  ${'the same button'}      | ${{ type: 'actions', elements: [button(), button()] }}                                                 | ${'blocks[0].elements'}
  ${'a button in mrkdwn'}   | ${{ type: 'actions', elements: [button({ text: text(1) })] }}                                          | ${'blocks[0].elements[0].text.type'}
  ${'a long button'}        | ${{ type: 'actions', elements: [button({ text: text(76, 'plain_text') })] }}                           | ${'blocks[0].elements[0].text.text'}
  ${'a long value'}         | ${{ type: 'actions', elements: [button({ value: 'x'.repeat(2_001) })] }}                               | ${'blocks[0].elements[0].value'}
  ${'a green button'}       | ${{ type: 'actions', elements: [button({ style: 'green' })] }}                                         | ${'blocks[0].elements[0].style'}
  ${'a select'}             | ${{ type: 'actions', elements: [button({ type: 'select' })] }}                                         | ${'blocks[0].elements[0].type'}
  ${'a long question'}      | ${{ type: 'actions', elements: [button({ confirm: { ...confirm, text: text(301, 'plain_text') } })] }} | ${'blocks[0].elements[0].confirm.text.text'}
  ${'an unknown block'}     | ${{ type: 'banner' }}                                                                                  | ${'blocks[0].type'}
`('$what: $where', ({ block, where }) => {
  const found = slackViolations({ text: 'x', blocks: [block] });
  expect(found.map((violation) => violation.split(': ')[0])).toEqual(where === undefined ? [] : [where]);
});

it.each`
  what                | body                                                           | where
  ${'no blocks'}      | ${{ text: 'x', blocks: [] }}                                   | ${'blocks'}
  ${'too many'}       | ${{ blocks: many(51, { type: 'divider' }) }}                   | ${'blocks'}
  ${'a long message'} | ${{ text: 'x'.repeat(40_001), blocks: [{ type: 'divider' }] }} | ${'text'}
`('$what: $where', ({ body, where }) => {
  expect(slackViolations(body).map((violation) => violation.split(': ')[0])).toEqual([where]);
});
