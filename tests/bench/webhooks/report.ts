import type { LoadResult } from './load.ts';

/** What a load came to, and what it cost. */
export interface Measured {
  load: LoadResult;
  /** How late the receiver's event loop was, p99; undefined: it does not say. */
  turnMs: number | undefined;
  /** Milliseconds of processor time per webhook. Of the receiver and NATS: until all was done that the load left behind. */
  cpuMs: { receiver: number; nats: number; sender: number };
  /** How long after the last answer that was. */
  drainedAfterMs: number;
}

export interface Figures {
  perSecond: number;
  seconds: number;
  replicas: number;
  nothing: LoadResult;
  floor: Measured;
  ours: Measured;
  onStream: number;
}

/** The figures for people. */
export function written(figures: Figures, bodyBytes: number): string {
  const { perSecond, seconds, replicas, nothing, floor, ours, onStream } = figures;
  const ratio = ours.cpuMs.receiver / floor.cpuMs.receiver;
  const allThere = ours.load.answers[202] === ours.load.sent && onStream === ours.load.sent;
  return [
    `${perSecond} webhooks a second for ${seconds} s, ${Math.round(bodyBytes / 1_024)} KiB each, to ${replicas === 1 ? 'one detector' : `${replicas} detectors in turn`}`,
    `  a server that does nothing   ${times(nothing)}`,
    `  signature and publish alone  ${times(floor.load)}`,
    `                               ${costs(floor)}`,
    `  the detector                 ${times(ours.load)}`,
    `                               ${costs(ours)}; ${ratio.toFixed(1)} times the floor`,
    `                               event loop late by ${ours.turnMs?.toFixed(1)} ms at p99; all handled ${Math.round(ours.drainedAfterMs)} ms after the last answer`,
    `  on the stream: ${onStream} of ${ours.load.sent}`,
    allThere ? 'all answered, none lost' : 'NOT all answered, or some lost or doubled',
    '',
  ].join('\n');
}

function times({ answers, p50, p99, longest, senderBehind }: LoadResult): string {
  const counts = Object.entries(answers).map(([status, count]) => `${count} x ${status}`);
  const ms = (value: number) => `${value.toFixed(1)} ms`;
  return `${counts.join(', ')}; p50 ${ms(p50)}, p99 ${ms(p99)}, longest ${ms(longest)}; the sender was behind by at most ${ms(senderBehind)}`;
}

function costs({ cpuMs }: Measured): string {
  const { receiver, nats, sender } = cpuMs;
  const sum = receiver + nats + sender;
  return `processor time per webhook: ${receiver.toFixed(2)} ms, NATS ${nats.toFixed(2)} ms, sender ${sender.toFixed(2)} ms, together ${sum.toFixed(2)} ms`;
}
