import root from '../../jest.config.js';

/** The chart's tests that need helm and its kin, but no cluster: `npm run test:chart`. */
/** @type {import('jest').Config} */
export default {
  ...root,
  rootDir: '../..',
  roots: ['<rootDir>/test/chart'],
  testPathIgnorePatterns: ['/node_modules/'],
  testTimeout: 120_000,
};
