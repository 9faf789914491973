import { Finding } from '@prunella/core';
import { z } from 'zod';

/** A setting of a service, as people may see it. */
export const Setting = z.object({
  /** The environment variable. */
  name: z.string().max(128),
  /** `secret`: it is set, and nobody is told to what. */
  state: z.enum(['set', 'secret', 'default', 'unset']),
  /** What it is set to, or its default; empty: a secret, or there is none. */
  value: z.string().max(500),
  /** What it is for; empty: not said. */
  about: z.string().max(1_000),
});
export type Setting = z.infer<typeof Setting>;

/** What one process says of itself. */
export const ServiceReport = z.object({
  service: z.string().min(1).max(64),
  /** Of this process; no other has the same. */
  instance: z.string().min(1).max(64),
  /** The machine or pod that it runs on. */
  host: z.string().max(253),
  version: z.string().max(64),
  node: z.string().max(64),
  startedAt: z.iso.datetime(),
  examinedAt: z.iso.datetime(),
  /** Resident memory, in bytes. */
  memoryBytes: z.number().nonnegative(),
  settings: z.array(Setting).max(500),
  findings: z.array(Finding).max(500),
});
export type ServiceReport = z.infer<typeof ServiceReport>;

/** What services are asked. */
export const Question = z.object({
  /** What they found out within so many ms need not be found out again. */
  maxAgeMs: z.number().nonnegative().default(0),
});
export type Question = z.infer<typeof Question>;
