import { FakeJenkins } from './fake-jenkins.ts';
import { treeOf } from './tree.ts';

describe('a tree', () => {
  const value = { _class: 'C', id: 1, actions: [{ _class: 'A', name: 'x', value: { id: 2 } }, {}, { name: 'y' }] };

  it.each`
    tree                           | found
    ${'id'}                        | ${{ _class: 'C', id: 1 }}
    ${'actions'}                   | ${{ _class: 'C', actions: [{ _class: 'A' }, {}, {}] }}
    ${'actions[name]{0,1}'}        | ${{ _class: 'C', actions: [{ _class: 'A', name: 'x' }] }}
    ${'actions[name]{2,}'}         | ${{ _class: 'C', actions: [{ name: 'y' }] }}
    ${'id,actions[value[id]],url'} | ${{ _class: 'C', id: 1, actions: [{ _class: 'A', value: { id: 2 } }, {}, {}] }}
  `('$tree', ({ tree, found }) => {
    expect(treeOf(value, tree)).toEqual({ value: found });
  });

  it.each(['', 'id,', 'actions[name', 'actions[]', 'id]', 'id{1}', 'idd'])('"%s" is none', (tree) => {
    expect(treeOf(value, tree)).toEqual({ wrong: expect.any(String) });
  });
});

describe('the fake', () => {
  let fake: FakeJenkins;

  beforeEach(async () => {
    fake = await FakeJenkins.start();
  });

  afterEach(() => fake.stop());

  const post = (path: string, body?: string) =>
    fetch(`${fake.url}${path}`, {
      method: 'POST',
      headers: {
        authorization: `Basic ${btoa(`${fake.user}:${fake.token}`)}`,
        ...(body !== undefined && { 'content-type': 'application/x-www-form-urlencoded' }),
      },
      ...(body !== undefined && { body }),
    });

  it.each`
    path                                 | body     | status | violation
    ${'/job/plain/build'}                | ${''}    | ${201} | ${undefined}
    ${'/job/plain/build?delay=soon'}     | ${''}    | ${400} | ${/no such delay/}
    ${'/job/plain/buildWithParameters'}  | ${'A=1'} | ${500} | ${/not parameterized/}
    ${'/job/asking/build'}               | ${''}    | ${400} | ${/expects a form/}
    ${'/job/asking/buildWithParameters'} | ${'A=1'} | ${201} | ${undefined}
    ${'/job/asking/buildWithParameters'} | ${'B=1'} | ${500} | ${/would be left out/}
    ${'/job/gone/build'}                 | ${''}    | ${404} | ${undefined}
    ${'/job/plain/buildd'}               | ${''}    | ${404} | ${/no such page/}
  `('answers POST $path "$body" with $status', async ({ path, body, status, violation }) => {
    fake.addJob('plain');
    fake.addJob('asking', { parameters: [{ name: 'A', kind: 'string', value: '' }] });
    const answer = await post(path, body);
    expect(answer.status).toBe(status);
    expect(fake.begun).toHaveLength(status === 201 ? 1 : 0);
    expect(fake.violations).toEqual(violation === undefined ? [] : [expect.stringMatching(violation)]);
  });

  it('makes one of what waits in its queue with the same parameters', async () => {
    fake.executors = 'busy';
    fake.addJob('asking', { parameters: [{ name: 'A', kind: 'string', value: '' }] });
    const bodies = ['A=1', 'A=2', 'A=1'];
    const items: (string | null)[] = [];
    for (const body of bodies)
      items.push((await post('/job/asking/buildWithParameters', body)).headers.get('location'));
    expect(items.map((item) => item?.slice(fake.url.length))).toEqual([
      '/queue/item/1/',
      '/queue/item/2/',
      '/queue/item/1/',
    ]);
  });

  it('lets nobody in who is not known', async () => {
    const answer = await fetch(`${fake.url}/queue/api/json?tree=items[id]`, {
      headers: { authorization: 'Basic eDp5' },
    });
    expect(answer.status).toBe(401);
    expect((await fetch(`${fake.url}/job/plain/build`, { method: 'POST' })).status).toBe(403);
  });
});
