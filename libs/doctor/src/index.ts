export { CHECK_WITHIN_MS, examineAll } from './ask.ts';
export {
  type Diagnosis,
  diagnosis,
  EXPECTED_SERVICES,
  type ExaminedService,
  type Replica,
  type ServiceSetting,
  type SharedFinding,
} from './merge.ts';
export { Question, ServiceReport, Setting } from './report.ts';
export { isSecret, type NamedSetting, settingsOf } from './settings.ts';
