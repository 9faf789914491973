import base from '../../jest.config.mjs';

/** @type {import('jest').Config} */
export default {
  ...base,
  rootDir: '../..',
  roots: ['<rootDir>/tests/containers'],
  testPathIgnorePatterns: ['/node_modules/'],
  // Two files at a time would only wait for each other's containers to start.
  maxWorkers: 1,
  testTimeout: 120_000,
};
