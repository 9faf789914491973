import { type Asked, wrongWith } from './contract.ts';

function asked(request: string, body?: unknown): Asked {
  const [method = '', address = ''] = request.split(' ');
  const url = new URL(address, 'http://gitlab');
  return {
    method,
    path: url.pathname,
    query: url.searchParams,
    contentType: body === undefined ? undefined : 'application/json',
    body,
  };
}

it.each([
  ['GET /projects/a%2Fb/pipelines/7/jobs?include_retried=true&per_page=100&page=2', undefined],
  ['GET /projects/a%2Fb/pipelines/7/jobs?scope[]=failed&scope[]=canceled', undefined],
  ['GET /projects/a%2Fb/pipelines?ref=main&source=api&updated_after=2026-01-01T00:00:00.000Z', undefined],
  ['POST /projects/a%2Fb/pipelines/7/retry', undefined],
  ['POST /projects/a%2Fb/pipeline', { ref: 'main', variables: [{ key: 'A', value: '' }] }],
  ['PUT /projects/a%2Fb/merge_requests/7/notes/9', { body: 'x' }],
])('finds nothing wrong with %s', (request, body) => {
  expect(wrongWith(asked(request, body))).toEqual([]);
});

// A check that can't fail is none.
it.each([
  ['GET /projects/a/b/pipelines/7', undefined],
  ['GET /projects/a%2Fb/pipelines/x', undefined],
  ['GET /projects/a%2Fb/pipelines/7/jobs?scope=all', undefined],
  ['GET /projects/a%2Fb/pipelines/7/jobs?scope[]=done', undefined],
  ['GET /projects/a%2Fb/pipelines/7/jobs?per_page=500', undefined],
  ['GET /projects/a%2Fb/pipelines?status=green', undefined],
  ['GET /projects/a%2Fb/pipelines?updated_after=yesterday', undefined],
  ['POST /projects/a%2Fb/pipelines', { ref: 'main' }],
  ['POST /projects/a%2Fb/pipelines/7/retry', {}],
  ['POST /projects/a%2Fb/pipeline', undefined],
  ['POST /projects/a%2Fb/pipeline', { ref: 'main', variables: { A: '1' } }],
  ['POST /projects/a%2Fb/merge_requests/7/notes', { body: '' }],
  ['POST /projects/a%2Fb/merge_requests/7/notes', { text: 'x' }],
])('finds what is wrong with %s %o', (request, body) => {
  expect(wrongWith(asked(request, body))).not.toEqual([]);
});
