import { defineConfig } from 'vite'

/** What a browser gets: `tsc -b` has looked at the types, vite makes few and small files of it. */
export default defineConfig({
  root: import.meta.dirname,
  // Relative, so that the page also works below a path of a reverse proxy.
  base: './',
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    outDir: '../dist/web',
    emptyOutDir: true,
    // Nothing inside of others as data: the Content-Security-Policy has no exception for it.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    target: 'es2023',
  },
})
