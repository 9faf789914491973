import { natsUsers } from './nats.ts';

/** What the detector is allowed beside its own events. */
function opened(env: NodeJS.ProcessEnv): string[] {
  const own = /user: detector[\s\S]*?user: diagnoser/.exec(natsUsers(env).conf)?.[0] ?? '';
  return ['diagnosis.made', 'action.approved'].filter((subject) => own.includes(`'${subject}'`));
}

it.each`
  env                                                                | doors
  ${{}}                                                              | ${['diagnosis.made']}
  ${{ SLACK_SIGNING_SECRET: 's' }}                                   | ${['diagnosis.made', 'action.approved']}
  ${{ PRUNELLA_INSECURE_WEBHOOKS: '1' }}                             | ${['diagnosis.made', 'action.approved']}
  ${{ PRUNELLA_INSECURE_WEBHOOKS: 'true' }}                          | ${['diagnosis.made', 'action.approved']}
  ${{ PRUNELLA_INSECURE_WEBHOOKS: '0' }}                             | ${['diagnosis.made']}
  ${{ PRUNELLA_INSECURE_WEBHOOKS: 'false' }}                         | ${['diagnosis.made']}
  ${{ PRUNELLA_INSECURE_WEBHOOKS: '' }}                              | ${['diagnosis.made']}
  ${{ PRUNELLA_INSECURE_WEBHOOKS: 'no', SLACK_SIGNING_SECRET: 's' }} | ${['diagnosis.made', 'action.approved']}
`('with $env the detector may say $doors', ({ env, doors }) => {
  expect(opened(env)).toEqual(doors);
});
