import { FakeKubernetes } from './fake-kubernetes.ts';

let fake: FakeKubernetes;

beforeEach(async () => {
  fake = await FakeKubernetes.start();
  fake.addDeployment('web', ['v1', 'v2']);
  fake.addStatefulSet('db', ['v1']);
  fake.addRollout('shop', ['v1', 'v2'], { updating: true });
});
afterEach(() => fake.stop());

const WEB = '/apis/apps/v1/namespaces/default/deployments/web';
const DB = '/apis/apps/v1/namespaces/default/statefulsets/db';
const SHOP = '/apis/argoproj.io/v1alpha1/namespaces/default/rollouts/shop';
const JSON_PATCH = 'application/json-patch+json';
const MERGE_PATCH = 'application/merge-patch+json';

interface Answered {
  status: number;
  body: { message?: string; items: unknown[]; status: Record<string, unknown> };
}

async function call(method: string, path: string, type?: string, body?: unknown): Promise<Answered> {
  const response = await fetch(`${fake.url}${path}`, {
    method,
    headers: { authorization: 'Bearer test', ...(type && { 'content-type': type }) },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  return { status: response.status, body: (await response.json()) as Answered['body'] };
}

it.each`
  what                       | method     | path                               | type                                        | body                                                                  | status | isViolation
  ${'reads'}                 | ${'GET'}   | ${WEB}                             | ${undefined}                                | ${undefined}                                                          | ${200} | ${false}
  ${'of nothing'}            | ${'GET'}   | ${`${WEB}-x`}                      | ${undefined}                                | ${undefined}                                                          | ${404} | ${false}
  ${'of no such type'}       | ${'GET'}   | ${'/apis/apps/v1/deploymints/web'} | ${undefined}                                | ${undefined}                                                          | ${404} | ${true}
  ${'with an odd parameter'} | ${'GET'}   | ${`${WEB}?label=x`}                | ${undefined}                                | ${undefined}                                                          | ${404} | ${true}
  ${'that are no patch'}     | ${'PATCH'} | ${WEB}                             | ${'application/json'}                       | ${{}}                                                                 | ${415} | ${true}
  ${'strategic of a CR'}     | ${'PATCH'} | ${SHOP}                            | ${'application/strategic-merge-patch+json'} | ${{}}                                                                 | ${415} | ${true}
  ${'of an older version'}   | ${'PATCH'} | ${WEB}                             | ${JSON_PATCH}                               | ${[{ op: 'replace', path: '/metadata/resourceVersion', value: '1' }]} | ${409} | ${false}
  ${'that fail a test'}      | ${'PATCH'} | ${WEB}                             | ${JSON_PATCH}                               | ${[{ op: 'test', path: '/spec/replicas', value: 9 }]}                 | ${422} | ${true}
  ${'of what is not there'}  | ${'PATCH'} | ${WEB}                             | ${JSON_PATCH}                               | ${[{ op: 'replace', path: '/spec/nothing', value: 9 }]}               | ${422} | ${true}
  ${'with a wrong type'}     | ${'PATCH'} | ${WEB}                             | ${MERGE_PATCH}                              | ${{ spec: { replicas: 'many' } }}                                     | ${422} | ${true}
  ${'of what never changes'} | ${'PATCH'} | ${DB}                              | ${MERGE_PATCH}                              | ${{ spec: { serviceName: 'other' } }}                                 | ${422} | ${true}
  ${'without a container'}   | ${'PATCH'} | ${WEB}                             | ${JSON_PATCH}                               | ${[{ op: 'replace', path: '/spec/template', value: { spec: {} } }]}   | ${422} | ${true}
  ${'that merge'}            | ${'PATCH'} | ${WEB}                             | ${MERGE_PATCH}                              | ${{ metadata: { annotations: { a: 'b' } } }}                          | ${200} | ${false}
`('calls $what are answered with $status', async ({ method, path, type, body, status, isViolation }) => {
  expect((await call(method, path, type, body)).status).toBe(status);
  expect(fake.violations.length > 0).toBe(isViolation);
});

it('drops a status that is sent with the spec, and takes it where it belongs', async () => {
  await call('PATCH', SHOP, MERGE_PATCH, { status: { abort: true } });
  expect(fake.status('shop')['abort']).toBeUndefined();
  await call('PATCH', `${SHOP}/status`, MERGE_PATCH, { status: { abort: true } });
  expect(fake.status('shop')).toMatchObject({ abort: true, phase: 'Degraded' });
});

it.each`
  selector             | found
  ${''}                | ${2}
  ${'app=web'}         | ${2}
  ${'app=db'}          | ${0}
  ${'app in (db,web)'} | ${2}
  ${'app notin (web)'} | ${0}
  ${'app,!tier'}       | ${2}
  ${'app=web,tier'}    | ${0}
`('lists by "$selector"', async ({ selector, found }) => {
  const path = `/apis/apps/v1/namespaces/default/replicasets?labelSelector=${encodeURIComponent(selector)}`;
  const { body } = await call('GET', path);
  const ofWeb = body.items.filter((item) => JSON.stringify(item).includes('uid-Deployment-web'));
  expect(ofWeb).toHaveLength(found);
});

it('keeps those out who have no token', async () => {
  expect((await fetch(`${fake.url}${WEB}`)).status).toBe(401);
});
