export { type CdEvent, dataOfCdEvent, isCdEvent, phaseOfCdEvent, subjectOfCdEvent } from './cdevents.ts';
export { DEEPEST_JSON, isTooDeep } from './depth.ts';
export {
  cdEventIn,
  type Envelope,
  eventType,
  messageId,
  readJson,
  readMessage,
  type Transport,
  writeMessage,
} from './envelope.ts';
export * from './events.ts';
export { parseData } from './parse.ts';
export { ContractViolation, describe } from './violation.ts';
export { actionTypes, causes, conclusions, modes, outcomes, quarantineChanges, risks, standings } from './words.ts';
