/** The environment of a processor whose clock is off by what `file` says; see `clock.ts`. */
export function preloadClock(file: string): Readonly<Record<string, string>> {
  const program = new URL('../../dist/faults/clock.js', import.meta.url).href
  return { SPANCOST_TEST_CLOCK: file, NODE_OPTIONS: `--import=${program}` }
}
