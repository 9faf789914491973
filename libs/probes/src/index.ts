export { type ProbeTarget, probe } from './probe.ts';
