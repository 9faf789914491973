export { exitCodeOf, isExitMarker } from './exit-code.ts';
export { fingerprint, normalise } from './fingerprint.ts';
export { cleanLine, type Line, looksBinary, MAX_LINE, toLines } from './lines.ts';
export { PrivateKeys, withoutPrivateKeys } from './private-keys.ts';
export { redact } from './redact.ts';
export { isErrorLike, reduce } from './reduce.ts';
export { features, type Ranked, rank, SALIENCE_FEATURES, type SalienceFeatures } from './salience.ts';
export { TOKEN_FAMILIES, type TokenFamily } from './secrets/token-families.ts';
export { Templates } from './templates.ts';
