/**
 * `node --import @spancost/node/register app.js`: instruments the GenAI SDKs that the application
 * loads, as CommonJS or as ES modules, and starts the OpenTelemetry SDK. It must come first, and it
 * is all that an application needs.
 */
import { hookImportsWith } from './esm-hooks.ts'
import { flushAtExit } from './flush.ts'
import { startSdk } from './sdk.ts'

const sdk = await startSdk(process.env)
// As it is published, this file has the instrumentations in it, so it is what imports the hooks.
hookImportsWith(import.meta.url, {})
flushAtExit(() => sdk.shutdown())
