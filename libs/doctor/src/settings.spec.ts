import { z } from 'zod';
import { settingsOf } from './settings.ts';

const Environment = z
  .object({
    WAIT: z.string().default('6h').describe('How long.'),
    NATS_URL: z.string().optional(),
    API_TOKEN: z.string().optional().describe('A secret.'),
  })
  .loose();

const show = (variables: Record<string, string>) =>
  settingsOf([Environment], [{ name: 'SLACK_WEBHOOK_URL', about: 'Where to post.' }], variables);

it('says what each is for, its default, and that nothing is set', () => {
  expect(show({ OTHER: 'x', API_TOKEN: '' })).toEqual([
    { name: 'API_TOKEN', state: 'unset', value: '', about: 'A secret.' },
    { name: 'NATS_URL', state: 'unset', value: '', about: '' },
    { name: 'SLACK_WEBHOOK_URL', state: 'unset', value: '', about: 'Where to post.' },
    { name: 'WAIT', state: 'default', value: '6h', about: 'How long.' },
  ]);
});

it.each`
  name                   | value                                                 | shown
  ${'WAIT'}              | ${'1h'}                                               | ${'set 1h'}
  ${'API_TOKEN'}         | ${'s3cret'}                                           | ${'secret '}
  ${'SLACK_WEBHOOK_URL'} | ${'https://hooks.example/T0/s3cret'}                  | ${'secret '}
  ${'NATS_URL'}          | ${'nats://me:s3cret@one:4222,nats://s3cret@two:4222'} | ${'set nats://one:4222,nats://two:4222'}
  ${'NATS_URL'}          | ${'postgres://h/db?password=s3cret&sslmode=require'}  | ${'set postgres://h/db'}
  ${'NATS_URL'}          | ${'nats://me:p@s3cret@one:4222'}                      | ${'set nats://one:4222'}
  ${'NATS_URL'}          | ${'nats://me:p/s3,cret@one:4222'}                     | ${'set nats://one:4222'}
  ${'NATS_URL'}          | ${'me:s3cret@one:4222'}                               | ${'set one:4222'}
`('$name set to $value is shown as $shown', ({ name, value, shown }) => {
  const setting = show({ [name as string]: value as string }).find((one) => one.name === name);
  expect(`${setting?.state} ${setting?.value}`).toBe(shown);
});
