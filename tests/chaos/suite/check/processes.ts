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
  says: 'No process that was ready ends by itself.',
  when: 'always',
  broken: ({ deaths }) => deaths.map(({ process, at, how }) => `${process} ended by itself after ${at} ms: ${how}`),
};

export const memory: Check = {
  id: 'memory',
  says: 'No process takes more memory than is allowed.',
  when: 'always',
  broken({ memory: all }, { memoryMiB }) {
    return all
      .filter(({ mostMiB }) => mostMiB > memoryMiB)
      .map(({ process, mostMiB }) => `${process} had ${Math.round(mostMiB)} MiB, allowed ${memoryMiB}`);
  },
};

export const platformRules: Check = {
  id: 'platform-rules',
  says: "No request differs from the platform's own description of its API.",
  when: 'always',
  broken: ({ violations }) => [...new Set(violations)],
};
