import { type ServiceProcess, startServiceProcess } from '@prunella/testing';

export const SERVICES = ['auditor', 'detector', 'diagnoser', 'remediator'] as const;
export type ServiceName = (typeof SERVICES)[number];

export interface ReplicaOptions {
  /** Environment of one service beside that of all; asked for each of its processes. */
  of?: (name: ServiceName) => Record<string, string> | Promise<Record<string, string>>;
  /** Which services there are. Default: all. */
  only?: readonly ServiceName[] | undefined;
  /** Of which working tree they are. Default: this one. */
  root?: string | undefined;
}

/** So many processes of every service, all at once. */
export async function startReplicas(
  replicas: number,
  environment: Record<string, string>,
  { of = () => ({}), only = SERVICES, root }: ReplicaOptions = {},
): Promise<Record<ServiceName, ServiceProcess[]>> {
  const start = async (name: ServiceName) =>
    await startServiceProcess(name, { ...environment, ...(await of(name)) }, root);
  const started = await Promise.all(
    SERVICES.map(async (name) => {
      const wanted = only.includes(name) ? replicas : 0;
      return [name, await Promise.all(Array.from({ length: wanted }, () => start(name)))] as const;
    }),
  );
  return Object.fromEntries(started) as Record<ServiceName, ServiceProcess[]>;
}
