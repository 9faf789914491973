import type { Role } from './roles.ts';

/** Who calls. */
export interface Identity {
  /** Of a token or a person, as it is recorded with what they change. Absent: it is not known who it is, only that they may. */
  name?: string;
  role: Role;
  /** How we know. `open`: nobody is asked here; `shared`: PRUNELLA_API_TOKEN, which has no name. */
  by: 'open' | 'shared' | 'token' | 'session';
}

/** Nobody is asked who they are: the service listens on loopback only. */
export const OPEN: Identity = { role: 'admin', by: 'open' };
/** Whoever holds PRUNELLA_API_TOKEN. */
export const SHARED: Identity = { role: 'admin', by: 'shared' };
