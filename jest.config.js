const swc = {
  jsc: { parser: { syntax: 'typescript' }, target: 'es2024' },
  module: { type: 'commonjs' },
  sourceMaps: 'inline',
};

/** Tests are TypeScript, compiled file by file with swc to CommonJS; types are checked by `tsc`. */
export default {
  testEnvironment: 'node',
  roots: ['<rootDir>/test'],
  testMatch: ['**/*.test.ts'],
  transform: {
    '/@jsquash/.+\\.js$': ['<rootDir>/test/wasm-glue-transform.js', swc],
    '^.+\\.(ts|js|mjs)$': ['@swc/jest', swc],
  },
  // ESM-only packages: Jest runs CommonJS, so these are compiled like our own files.
  transformIgnorePatterns: [
    '/node_modules/(?!(jose|@middy|@jsquash|isbot|hyparquet|hyparquet-writer|dt-sql-parser|antlr4-c3)/)',
  ],
  // Its packages offer only `import`, which Jest does not look for.
  moduleNameMapper: { '^@middy/(core|util)$': '<rootDir>/node_modules/@middy/$1/index.js' },
  globalSetup: '<rootDir>/test/temporary-folder.ts',
  setupFiles: ['<rootDir>/test/setup.ts'],
  testTimeout: 30_000,
  maxWorkers: 2,
};
