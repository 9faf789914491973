import type { FailedStart } from '../ledger/ledger.ts';
import type { Check } from './check.ts';

export const alive: Check = {
  id: 'alive',
  says: 'Every process says that it is ready.',
  when: 'eventually',
  broken({ end }) {
    if (end.processes.length === 0) return ['no process was looked at in the end'];
    return end.processes
      .filter(({ ready }) => ready !== 200)
      .map(({ process, ready, says }) => `${process} answers ${ready === 0 ? 'nothing' : ready}: ${says}`);
  },
};

export const noDeaths: Check = {
  id: 'no-deaths',
  says: 'No process that was ready ends by itself, and none fails to start while all that it needs is there.',
  when: 'always',
  broken({ deaths, failedStarts, faults }) {
    const mayFail = ({ from, at, wasKilled }: FailedStart) =>
      wasKilled || faults.some((fault) => fault.startsMayFail && fault.from <= at && from <= (fault.to ?? at));
    return [
      ...deaths.map(({ process, at, how }) => `${process} ended by itself after ${at} ms: ${how}`),
      ...failedStarts
        .filter((start) => !mayFail(start))
        .map(({ process, at, says }) => `${process} did not start, after ${at} ms, and nothing was away: ${says}`),
    ];
  },
};

export const memory: Check = {
  id: 'memory',
  says: 'No process takes more memory than is allowed.',
  when: 'always',
  broken({ memory: all, end }, { memoryMiB }) {
    const seen = new Map(all.map(({ process, mostMiB }) => [process, mostMiB]));
    const unseen = end.processes.map(({ process }) => process).filter((process) => !seen.get(process));
    return [
      ...(end.processes.length === 0 ? ['no process was looked at'] : []),
      ...unseen.map((process) => `nothing is known of the memory of ${process}`),
      ...all
        .filter(({ mostMiB }) => mostMiB > memoryMiB)
        .map(({ process, mostMiB }) => `${process} had ${Math.round(mostMiB)} MiB, allowed ${memoryMiB}`),
    ];
  },
};

const ENDS_WITHIN_MS = 30_000;

export const ends: Check = {
  id: 'ends',
  says: 'Each process ends in good order when it is asked to: exit code 0, within 30 s.',
  when: 'always',
  broken({ ends: all, end }) {
    const known = new Set(all.map(({ process }) => process));
    return [
      ...end.processes
        .filter(({ process }) => !known.has(process))
        .map(({ process }) => `nothing is known of the end of ${process}`),
      ...all
        .filter(({ afterMs, how }) => how !== 'code 0' || afterMs > ENDS_WITHIN_MS)
        .map(({ process, afterMs, how }) => `${process} ended ${afterMs} ms after it was asked to: ${how}`),
    ];
  },
};

export const platformRules: Check = {
  id: 'platform-rules',
  says: "No request differs from the platform's own description of its API.",
  when: 'always',
  broken: ({ violations }) => [...new Set(violations)],
};
