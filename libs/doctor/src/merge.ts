import { bad, type Finding, note, worstFirst } from '@prunella/core';
import type { ServiceReport, Setting } from './report.ts';

/** What every system has; others (the playground) may be there. */
export const EXPECTED_SERVICES = ['detector', 'diagnoser', 'remediator', 'auditor'] as const;

/** A finding, and who found it. */
export interface SharedFinding extends Finding {
  /** Services, in the order of `EXPECTED_SERVICES`, each once. */
  services: string[];
}

/** A setting as all replicas of a service have it. */
export interface ServiceSetting extends Setting {
  service: string;
}

/** A process of a service. */
export type Replica = Omit<ServiceReport, 'service' | 'settings' | 'findings'>;

export interface ExaminedService {
  name: string;
  /** The newest first; none: it did not answer. */
  replicas: Replica[];
  /** Replicas that are there, and did not say how they are in time. */
  silent: number;
  /** How many of its findings are to be mended, and to be known. */
  bad: number;
  notes: number;
}

/** How everything is. */
export interface Diagnosis {
  services: ExaminedService[];
  /** What must be mended first comes first. The same said by several is said once. */
  findings: SharedFinding[];
  settings: ServiceSetting[];
}

/** What all services said, put together. Pure. @param silent names of services, one for each process that is there and did not answer in time. */
export function diagnosis(reports: readonly ServiceReport[], silent: readonly string[]): Diagnosis {
  const names = namesOf(reports, silent);
  const own = names.map((name) => {
    const ofIt = reports.filter(({ service }) => service === name);
    return { name, reports: ofIt, silent: silent.filter((one) => one === name).length };
  });
  const said = own.flatMap((service) =>
    [...service.reports.flatMap(({ findings }) => findings), ...about(service)].map((finding) => ({
      ...finding,
      service: service.name,
    })),
  );
  const findings = worstFirst(shared(said));
  const count = (name: string, state: Finding['state']) =>
    findings.filter((one) => one.state === state && one.services.includes(name)).length;
  return {
    services: own.map(({ name, reports: ofIt, silent: missing }) => ({
      name,
      replicas: ofIt.map(replicaOf).sort((a, b) => (a.startedAt < b.startedAt ? 1 : -1)),
      silent: missing,
      bad: count(name, 'bad'),
      notes: count(name, 'note'),
    })),
    findings,
    settings: own.flatMap(({ name, reports: [first] }) =>
      (first?.settings ?? []).map((setting) => ({ ...setting, service: name })),
    ),
  };
}

function namesOf(reports: readonly ServiceReport[], silent: readonly string[]): string[] {
  const others = [...reports.map(({ service }) => service), ...silent].sort();
  return [...new Set([...EXPECTED_SERVICES, ...others])];
}

interface Own {
  name: string;
  reports: readonly ServiceReport[];
  silent: number;
}

/** What nobody says of itself: that it is not there, and that it is not like its siblings. */
function about({ name, reports, silent }: Own): Finding[] {
  if (reports.length === 0) {
    const how = silent > 0 ? 'is there, and did not say in time how it is' : 'does not answer over NATS';
    const mend = silent > 0 ? 'look at its log, and examine again' : `start it, with the NATS_URL of the others`;
    return [bad('service', `${name} ${how}`, mend, 'docs/guide/doctor.md')];
  }
  const findings: Finding[] = [];
  if (silent > 0) {
    findings.push(
      note(
        'service',
        `${silent} more of ${name} did not say in time how they are`,
        'look at their logs, and examine again',
      ),
    );
  }
  const versions = [...new Set(reports.map(({ version }) => version))].sort();
  if (versions.length > 1) {
    findings.push(note('version', `replicas of ${name} run ${versions.join(' and ')}`, 'finish the update'));
  }
  const differing = differences(reports);
  if (differing.length > 0) {
    findings.push(
      note(
        'settings',
        `replicas of ${name} differ in ${differing.join(', ')}`,
        'give all of them the same environment',
      ),
    );
  }
  return findings;
}

function differences([first, ...others]: readonly ServiceReport[]): string[] {
  const saidOf = (report: ServiceReport | undefined, name: string) => {
    const { state = 'unset', value = '' } = report?.settings.find((one) => one.name === name) ?? {};
    return `${state} ${value}`;
  };
  const names = (first?.settings ?? []).map(({ name }) => name);
  return names.filter((name) => others.some((other) => saidOf(other, name) !== saidOf(first, name)));
}

function shared(said: readonly (Finding & { service: string })[]): SharedFinding[] {
  const groups = Map.groupBy(said, ({ name, state, found, mend }) => JSON.stringify([name, state, found, mend]));
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (first === undefined) return [];
    const { service: _, ...finding } = first;
    return [{ ...finding, services: [...new Set(group.map(({ service }) => service))] }];
  });
}

function replicaOf({ service: _, settings: __, findings: ___, ...replica }: ServiceReport): Replica {
  return replica;
}
