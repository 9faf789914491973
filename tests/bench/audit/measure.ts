import { startNats, startPostgres } from '@prunella/embedded';
import { temporaryHome } from '@prunella/testing';
import { cpuMs } from '../scale/cpu-of.ts';
import { percentile } from '../store/percentile.ts';
import { recordStories } from '../store/recording.ts';
import { copyRows } from './copy.ts';

export interface AuditFigures {
  events: number;
  /** In all tables: events, incidents, actions, outcomes and what is counted of them. */
  rows: number;
  /** Rows a second. */
  recorded: number;
  copied: number;
  /** Milliseconds of processor time for a thousand rows. */
  cpu: { auditor: number; postgres: number; copy: number };
}

const ROUNDS = 3;

/** An auditor takes in stories of failures that were healed; then the rows that it made are copied into the same tables of another database of the server. */
export async function measureAudit(stories: number): Promise<AuditFigures> {
  const [nats, postgres] = await Promise.all([
    startNats({ home: await temporaryHome(), port: 0 }),
    startPostgres({ home: await temporaryHome(), port: 0 }),
  ]);
  try {
    const recorded = await recordStories({
      ...{ databaseUrl: postgres.url, natsUrl: nats.url, name: 'bench', stories },
      used: async (auditor) => ({ auditor: await cpuMs([auditor]), postgres: await cpuMs([postgres.pid]) }),
    });
    const copyMs: number[] = [];
    const copied = await copyRows(postgres.url, ROUNDS, async (work) => {
      const before = await cpuMs([postgres.pid]);
      await work();
      copyMs.push((await cpuMs([postgres.pid])) - before);
    });
    const thousands = copied.rows / 1_000;
    return {
      events: recorded.events,
      rows: copied.rows,
      recorded: copied.rows / recorded.seconds,
      copied: copied.rows / percentile(copied.seconds, 0.5),
      cpu: {
        auditor: (recorded.cpuMs['auditor'] ?? 0) / thousands,
        postgres: (recorded.cpuMs['postgres'] ?? 0) / thousands,
        copy: percentile(copyMs, 0.5) / thousands,
      },
    };
  } finally {
    await Promise.all([nats.stop(), postgres.stop()]);
  }
}
