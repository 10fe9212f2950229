/** Jest runs the TypeScript sources as ES modules; ts-jest only strips the types (`npm run typecheck` checks them). */
export const transform = {
  '^.+\\.ts$': ['ts-jest', { useESM: true, diagnostics: false }],
};

/** @type {import('jest').Config} */
export default {
  testEnvironment: 'node',
  roots: ['<rootDir>/test'],
  testMatch: ['**/*.test.ts'],
  testPathIgnorePatterns: [
    '/node_modules/',
    '<rootDir>/test/cluster/',
    '<rootDir>/test/chart/',
    '<rootDir>/test/faults/',
  ],
  modulePathIgnorePatterns: ['<rootDir>/dist/'],
  extensionsToTreatAsEsm: ['.ts'],
  transform,
  collectCoverageFrom: ['src/**/*.ts'],
  coverageDirectory: 'coverage',
  // These machines are shared: a slow one must not fail a test.
  testTimeout: 30_000,
  maxWorkers: 2,
};
