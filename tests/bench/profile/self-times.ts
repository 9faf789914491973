import type { CpuProfile } from './profiler.ts';

/** Where time went, the most first; `share` of all that was not idle. */
export interface Share {
  what: string;
  share: number;
}

type Frame = CpuProfile['nodes'][number]['callFrame'];

/** By function, in itself. */
export function byFunction(profile: CpuProfile): Share[] {
  return shares(profile, nameOf);
}

/** By package: ours by library or service, others by their name. What V8 does by itself is its own row. */
export function byPackage(profile: CpuProfile): Share[] {
  return shares(profile, packageOf);
}

/** With all that it calls, for the functions of one of our files: what a stage costs. */
export function byStage(profile: CpuProfile, isStage: (url: string) => boolean): Share[] {
  const parents = new Map(profile.nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id])));
  const nodes = new Map(profile.nodes.map((node) => [node.id, node]));
  const times = new Map<string, number>();
  let all = 0;
  for (const [id, us] of selfTimes(profile)) {
    const own = nodes.get(id);
    if (own === undefined || isIdle(own.callFrame)) continue;
    all += us;
    const met = new Set<string>();
    for (let node: typeof own | undefined = own; node !== undefined; node = nodes.get(parents.get(node.id) ?? -1)) {
      if (isStage(node.callFrame.url)) met.add(nameOf(node.callFrame));
    }
    for (const what of met) times.set(what, (times.get(what) ?? 0) + us);
  }
  return sorted(times, all);
}

function shares(profile: CpuProfile, group: (frame: Frame) => string): Share[] {
  const frames = new Map(profile.nodes.map(({ id, callFrame }) => [id, callFrame]));
  const times = new Map<string, number>();
  let all = 0;
  for (const [id, us] of selfTimes(profile)) {
    const frame = frames.get(id);
    if (frame === undefined || isIdle(frame)) continue;
    const what = group(frame);
    times.set(what, (times.get(what) ?? 0) + us);
    all += us;
  }
  return sorted(times, all);
}

function sorted(times: ReadonlyMap<string, number>, all: number): Share[] {
  return [...times].map(([what, us]) => ({ what, share: us / all })).sort((a, b) => b.share - a.share);
}

function selfTimes({ samples, timeDeltas }: CpuProfile): Map<number, number> {
  const times = new Map<number, number>();
  for (const [index, id] of samples.entries()) times.set(id, (times.get(id) ?? 0) + (timeDeltas[index] ?? 0));
  return times;
}

function isIdle({ functionName }: Frame): boolean {
  return functionName === '(idle)' || functionName === '(root)';
}

function nameOf({ functionName, url, lineNumber }: Frame): string {
  const name = functionName === '' ? '(anonymous)' : functionName;
  return url === '' ? name : `${name} ${shortened(url)}:${lineNumber + 1}`;
}

function packageOf({ functionName, url }: Frame): string {
  if (url === '') return functionName.startsWith('(') ? functionName : '(built into V8)';
  if (url.startsWith('node:')) return url.split('/').slice(0, 2).join('/');
  const [, dependency] = /node_modules\/((?:@[^/]+\/)?[^/]+)\/(?!.*node_modules\/)/.exec(url) ?? [];
  return dependency ?? (/((?:libs|services)\/[^/]+)/.exec(url)?.[1] || url);
}

function shortened(url: string): string {
  return url.replace(/^file:\/\//, '').replace(/^.*\/(?=(?:node_modules|libs|services)\/)/, '');
}
