import { Ledger1761955200000 } from './1761955200000-ledger.ts';
import { Coverage1795392000000 } from './1795392000000-coverage.ts';
import { Outcomes1795651200000 } from './1795651200000-outcomes.ts';
import { Quarantine1795849200000 } from './1795849200000-quarantine.ts';
import { TestHistory1795860000000 } from './1795860000000-test-history.ts';
import { Joins1795939200000 } from './1795939200000-joins.ts';

/** The tables of the release before events were partitioned: what upgrades are tried from. */
export const BEFORE_PARTITIONS = [
  ...[Ledger1761955200000, Coverage1795392000000, Outcomes1795651200000],
  ...[Quarantine1795849200000, TestHistory1795860000000, Joins1795939200000],
];
