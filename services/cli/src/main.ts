import { processContext } from './context.ts';
import { run } from './program.ts';

await run(process.argv.slice(2), processContext());
