import { jsonObject, jsonOf } from './body.ts';

const deep = (depth: number) => Buffer.from(`${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`);

it('takes an object', () => {
  expect(jsonObject(Buffer.from('{"a":[1]}'))).toEqual({ a: [1] });
  expect(Object.keys(jsonObject(deep(200)))).toEqual(['a']);
});

it.each`
  body                 | says
  ${''}                | ${'body: expected JSON, found nothing'}
  ${'no'}              | ${'body: expected JSON, found string "no"'}
  ${'[]'}              | ${'body: expected a JSON object, found an array of 0'}
  ${'null'}            | ${'body: expected a JSON object, found null'}
  ${deep(201)}         | ${'body: expected JSON at most 200 deep, found it deeper'}
  ${deep(100_000)}     | ${'body: expected JSON at most 200 deep, found it deeper'}
  ${'['.repeat(9_000)} | ${'body: expected JSON at most 200 deep, found it deeper'}
`('refuses what is none: $says', ({ body, says }) => {
  expect(() => jsonObject(Buffer.from(body))).toThrow(
    expect.objectContaining({ problem: expect.objectContaining({ status: 400, field: 'body', detail: says }) }),
  );
});

it('names the place where the JSON stands', () => {
  expect(() => jsonOf(Buffer.from('{'), 'payload')).toThrow(
    expect.objectContaining({ problem: expect.objectContaining({ field: 'payload' }) }),
  );
});
