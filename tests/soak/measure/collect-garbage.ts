/**
 * Loaded into a service before its own code (`--import`): collects all garbage when SIGUSR2 comes, so that what is then in its heap is kept by somebody. The load goes on without it as a
 * rule: a process that is made to collect all the time would hide that it does not by itself.
 */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const gc = runInNewContext('gc') as () => void;
process.on('SIGUSR2', () => gc());
