/** An application of CommonJS modules; see `program.ts`. */
const { SDK = '', ENTRY = '' } = process.env
const { load }: { load: () => unknown } = require(ENTRY)
const moduleExports = load()

void import('./run.js').then(({ runScenarios }) => runScenarios(SDK, moduleExports))
