import { type ServiceDefinition, startService } from '@prunella/service-kit';
import type { z } from 'zod';
import { auditor } from '../../services/auditor/src/service.ts';
import { detector } from '../../services/detector/src/service.ts';
import { diagnoser } from '../../services/diagnoser/src/service.ts';
import { service as remediator } from '../../services/remediator/src/service.ts';

/** Nobody is there: whoever got so far as to ask for NATS is let in already. */
const NOWHERE = {
  NATS_URL: 'nats://127.0.0.1:1',
  DATABASE_URL: 'postgres://user@127.0.0.1:1/none',
  LOG_LEVEL: 'silent',
};

const SERVICES: [string, unknown][] = Object.entries({ auditor, detector, diagnoser, remediator });
it.each(SERVICES)('the %s listens where others reach it with a token only', async (_, given) => {
  const definition = given as ServiceDefinition<z.ZodType>;
  const exposed = { ...NOWHERE, PRUNELLA_HOST: '0.0.0.0' };
  await expect(startService(definition, exposed)).rejects.toThrow(/PRUNELLA_HOST is 0\.0\.0\.0.*set a token/);
  const withToken = startService(definition, { ...exposed, PRUNELLA_API_TOKEN: 'a-token-for-scripts' });
  await expect(withToken).rejects.toThrow(/NATS with JetStream expected/);
});
