import { corpus, leftOf } from '../../support/secrets/corpus.ts';
import { HARMLESS } from '../../support/secrets/harmless.ts';
import { maker } from '../../support/secrets/made-up.ts';
import { redact } from '../../../libs/signals/src/redact.ts';
let bad = 0, lost = 0, idem = 0;
for (const c of corpus(1)) { const o = redact(c.text); const left = c.secrets.map((s) => leftOf(s, o)).find(Boolean); if (left) { bad++; if (bad < 15) process.stdout.write(`LEFT ${c.format} / ${c.context}: ${JSON.stringify(o).slice(0, 250)}\n`); } for (const k of c.kept) if (!o.includes(k)) { lost++; if (lost < 8) process.stdout.write(`LOST ${c.format} / ${c.context}: ${JSON.stringify(o).slice(0, 250)}\n`); } if (redact(o) !== o) { idem++; if (idem < 5) process.stdout.write(`IDEM ${c.format} ${c.context} ${o.slice(0, 200)}\n`); } }
const make = maker(3); for (const [n, l] of HARMLESS) { const t = l(make); if (redact(t) !== t) process.stdout.write(`HARM ${n} ${redact(t)}\n`); }
process.stdout.write(`${corpus(1).length} left ${bad} lost ${lost} idem ${idem}\n`);
