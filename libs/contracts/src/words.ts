import type { DescEnum } from '@bufbuild/protobuf';
import type { ActionType, Cause, Conclusion, Mode, Outcome, QuarantineChange, Risk, Standing } from './events.ts';
import { Standing_ValueSchema } from './gen/prunella/v1/learning_events_pb.ts';
import { QuarantineChange_ValueSchema } from './gen/prunella/v1/quarantine_changed_pb.ts';
import { Conclusion_ValueSchema } from './gen/prunella/v1/run_pb.ts';
import { ActionTypeSchema, CauseSchema, ModeSchema, OutcomeSchema, RiskSchema } from './gen/prunella/v1/words_pb.ts';

/** The closed lists as values, for schemas and documentation, in the order of the contract. */
export const causes = names<Cause>(CauseSchema);
export const actionTypes = names<ActionType>(ActionTypeSchema);
/** How a run can end. */
export const conclusions = names<Conclusion>(Conclusion_ValueSchema);
export const modes = names<Mode>(ModeSchema);
export const outcomes = names<Outcome>(OutcomeSchema);
/** What happens to entries of the quarantine. */
export const quarantineChanges = names<QuarantineChange>(QuarantineChange_ValueSchema);
/** From harmless to never automatic. */
export const risks = names<Risk>(RiskSchema);

/** Whether a rule's action is done or only recommended. */
export const standings = names<Standing>(Standing_ValueSchema);

function names<T extends string>(schema: DescEnum): readonly [T, ...T[]] {
  return schema.values.filter((value) => value.number !== 0).map((value) => value.name) as [T, ...T[]];
}
