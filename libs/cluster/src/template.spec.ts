import { authored, templateHash } from './template.ts';

const template = { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'app', image: 'v1' }] } };

it.each([
  ['the hash label of a ReplicaSet', { ...template, metadata: { labels: { app: 'web', 'pod-template-hash': 'x' } } }],
  ['that of a Rollout', { ...template, metadata: { labels: { app: 'web', 'rollouts-pod-template-hash': 'x' } } }],
  ['what a ControllerRevision adds', { ...template, $patch: 'replace' }],
  ['no time of creation', { ...template, metadata: { ...template.metadata, creationTimestamp: null } }],
  ['no annotations', { ...template, metadata: { ...template.metadata, annotations: {} } }],
  ['another order', { spec: template.spec, metadata: template.metadata }],
])('is the same with %s', (_, other) => {
  expect(templateHash(other)).toBe(templateHash(template));
});

it.each([
  ['another image', { ...template, spec: { containers: [{ name: 'app', image: 'v2' }] } }],
  ['an annotation', { ...template, metadata: { ...template.metadata, annotations: { a: 'b' } } }],
  ['a field that nothing here knows', { ...template, spec: { ...template.spec, tomorrow: {} } }],
])('is another one with %s', (_, other) => {
  expect(templateHash(other)).not.toBe(templateHash(template));
});

it('keeps every field of the author', () => {
  const whole = { ...template, spec: { ...template.spec, tomorrow: { a: [1] } } };
  expect(authored({ ...whole, $patch: 'replace' })).toEqual(whole);
});
