/**
 * Vitest reporter: ends a run with one plain line that people and machines read alike,
 * `N passed, N failed` or `N passed, N failed, N skipped`, after the reasons of what was skipped.
 * Failed are tests, and beside them modules and suites that broke outside of a test (a failed import
 * or hook), tests that never came to run, and errors that no test caught.
 */
export default class ClosingLine {
  #lines = []

  constructor() {
    // Other reporters and the coverage print after `onTestRunEnd`; this has to come last.
    process.once('exit', () => {
      for (const line of this.#lines) console.log(line)
    })
  }

  onTestRunEnd(modules, unhandledErrors) {
    const count = { passed: 0, failed: unhandledErrors.length, skipped: 0 }
    const reasons = []
    for (const module of modules) {
      for (const group of [module, ...module.children.allSuites()]) {
        if (group.errors().length > 0) count.failed += 1
      }
      for (const test of module.children.allTests()) {
        const { state, note } = test.result()
        count[state === 'pending' ? 'failed' : state] += 1
        if (note !== undefined) {
          reasons.push(`skipped: ${module.relativeModuleId} > ${test.fullName}: ${note}`)
        }
      }
    }
    const skipped = count.skipped > 0 ? `, ${count.skipped} skipped` : ''
    this.#lines = [...reasons, '', `${count.passed} passed, ${count.failed} failed${skipped}`]
  }
}
