export const BUILTIN_MODEL = '';
