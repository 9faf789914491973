import { runService } from '@prunella/service-kit';
import { diagnoser } from './service.ts';

await runService(diagnoser);
