import { defineConfig } from 'vitest/config';
import base from './vitest.config.js';

// What npm test runs after the build: tests of src/ import what was built from it, which need not be translated once more.
export default defineConfig({
  ...base,
  resolve: { alias: [{ find: /^((?:\.\.\/)+)src\/(.*)\.js$/, replacement: '$1dist/$2.js' }] },
  test: { ...base.test, server: { deps: { external: [/\/dist\//] } } },
});
