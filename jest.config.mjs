/** @type {import('jest').Config} */
export default {
  testEnvironment: 'node',
  roots: ['<rootDir>/libs', '<rootDir>/services', '<rootDir>/tests'],
  testMatch: ['**/*.spec.ts'],
  // npm run test:containers: with an engine for containers those of tests/containers, without one that of tests/docker.
  // npm run test:crash: what takes longest of tests/chaos, beside all kills of the others.
  // npm run test:guard: what a chain costs, which is measured with nothing beside it.
  testPathIgnorePatterns: [
    '/node_modules/',
    '/dist/',
    '<rootDir>/tests/containers/',
    '<rootDir>/tests/docker/',
    '<rootDir>/tests/chaos/nats-cluster',
    '<rootDir>/tests/bench/chain/guard/guard.spec',
  ],
  modulePathIgnorePatterns: ['/dist/', '<rootDir>/.prunella/', '<rootDir>/.nx/'],
  extensionsToTreatAsEsm: ['.ts'],
  moduleNameMapper: { '^@prunella/([a-z-]+)$': '<rootDir>/libs/$1/src/index.ts' },
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        jsc: {
          parser: { syntax: 'typescript', decorators: true },
          transform: { legacyDecorator: true, decoratorMetadata: true },
          target: 'es2024',
        },
        module: { type: 'es6' },
        sourceMaps: 'inline',
      },
    ],
  },
  testSequencer: '<rootDir>/jest.sequencer.mjs',
  // Most of the long specs wait for real servers.
  maxWorkers: 3,
  // A worker keeps every module of every spec that it ran: without a new one from time to time it only collects garbage in the end.
  workerIdleMemoryLimit: '1GB',
  testTimeout: 30_000,
};
