/**
 * `node --import @spancost/node/register app.js`: instruments the GenAI SDKs that the application
 * loads, as CommonJS or as ES modules, and starts the OpenTelemetry SDK. It must come first, and it
 * is all that an application needs.
 */
import { hookImports } from './esm-hooks.ts'
import { flushAtExit } from './flush.ts'
import { startSdk } from './sdk.ts'

hookImports()
const sdk = await startSdk(process.env)
flushAtExit(() => sdk.shutdown())
