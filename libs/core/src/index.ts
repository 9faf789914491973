export * from './clock.ts';
export * from './duration.ts';
export * from './errors.ts';
export * from './ids.ts';
export * from './nearest.ts';
export * from './ports.ts';
export * from './seeded-random.ts';
export * from './words.ts';
