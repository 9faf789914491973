/** Injection token of the environment (`CommonEnvironment` and what the service added to it). */
export const ENVIRONMENT = Symbol('environment');
/** Injection token of the service's name. */
export const SERVICE_NAME = Symbol('service name');
/** Injection token of the variables that it was started with. */
export const VARIABLES = Symbol('variables');
/** Injection token of the service's settings as people may see them. */
export const SHOWN_SETTINGS = Symbol('shown settings');
