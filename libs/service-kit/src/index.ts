export { CommonEnvironment, Flag, isLoopback, optional, Port, readEnvironment } from './environment.ts';
export { Metrics } from './metrics.ts';
export { badRequest, type Problem, ProblemException, parseInput } from './problem.ts';
export { Readiness } from './readiness.ts';
export { type RunningService, runService, type ServiceDefinition, startService } from './run-service.ts';
export { Settings } from './settings.ts';
export { type FileLog, type FileOfSettings, SettingsFile } from './settings-file.ts';
export { bearerToken, sameSecret, TokenGuard } from './token.guard.ts';
export { ENVIRONMENT, SERVICE_NAME } from './tokens.ts';
