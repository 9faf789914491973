/** The raw chain: one stream, three processes that pass on, one that records. */
export const STREAM = 'RAW';
export const INPUT = 'raw.webhook';
export const DECIDED = 'raw.decided';

export interface Stage {
  from: string;
  /** Undefined: it passes nothing on. */
  to?: string;
}

export const STAGES = {
  detector: { from: INPUT, to: 'raw.failed' },
  diagnoser: { from: 'raw.failed', to: 'raw.diagnosed' },
  remediator: { from: 'raw.diagnosed', to: DECIDED },
  auditor: { from: 'raw.>' },
} as const satisfies Record<string, Stage>;

export type StageName = keyof typeof STAGES;

/** What a process is told on its command line, as JSON. */
export interface StageOrder {
  name: StageName;
  natsUrl: string;
  /** A file of JSON: the messages to publish in turn, in base64. */
  messages?: string;
}

/** Ids are `<number>/<subject>`, so that each message is stored once, however often it is passed on. */
export function idOf(n: number | string, subject: string): string {
  return `${n}/${subject}`;
}

export function numberOf(id: string | undefined): number {
  return Number.parseInt(id ?? '', 10);
}
