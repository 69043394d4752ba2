import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['**/src/**/*.test.ts'],
    exclude: ['**/node_modules/**', '**/dist/**'],
    reporters: ['default', './scripts/closing-line.mjs'],
    // Ends what hangs. A slow machine is no failure.
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
})
