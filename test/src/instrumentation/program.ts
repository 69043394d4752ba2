/** An application of ES modules. `SDK` names the package; `ENTRY` is a file that imports it. */
import { runScenarios } from './run.ts'

const { SDK = '', ENTRY = '' } = process.env
const { load }: { load: () => Promise<unknown> } = await import(ENTRY)
await runScenarios(SDK, await load())
