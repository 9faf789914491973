import type { DescEnum } from '@bufbuild/protobuf';
import type { ActionType, Cause, Mode, Outcome, Risk } from './events.ts';
import { ActionTypeSchema, CauseSchema, ModeSchema, OutcomeSchema, RiskSchema } from './gen/prunella/v1/words_pb.ts';

/** The closed lists as values, for schemas and documentation, in the order of the contract. */
export const causes = names<Cause>(CauseSchema);
export const actionTypes = names<ActionType>(ActionTypeSchema);
export const modes = names<Mode>(ModeSchema);
export const outcomes = names<Outcome>(OutcomeSchema);
/** From harmless to never automatic. */
export const risks = names<Risk>(RiskSchema);

function names<T extends string>(schema: DescEnum): readonly [T, ...T[]] {
  return schema.values.filter((value) => value.number !== 0).map((value) => value.name) as [T, ...T[]];
}
