import { type ServiceProcess, startServiceProcess } from '@prunella/testing';

export const SERVICES = ['auditor', 'detector', 'diagnoser', 'remediator'] as const;
export type ServiceName = (typeof SERVICES)[number];

/** So many processes of every service, all at once. @param of environment of one service beside that of all. */
export async function startReplicas(
  replicas: number,
  environment: Record<string, string>,
  of: (name: ServiceName) => Record<string, string> = () => ({}),
): Promise<Record<ServiceName, ServiceProcess[]>> {
  const start = (name: ServiceName) =>
    Promise.all(Array.from({ length: replicas }, () => startServiceProcess(name, { ...environment, ...of(name) })));
  const started = await Promise.all(SERVICES.map(async (name) => [name, await start(name)] as const));
  return Object.fromEntries(started) as Record<ServiceName, ServiceProcess[]>;
}
