/** What an application preloads that sets up its own SDK; with the hooks of an older Node. */
import { NodeSDK } from '@opentelemetry/sdk-node'
import { getNodeInstrumentations, hookImports } from '@spancost/node'

hookImports({ thread: true })
const sdk = new NodeSDK({
  instrumentations: getNodeInstrumentations(),
  metricReaders: [],
  logRecordProcessors: [],
})
sdk.start()
process.once('beforeExit', () => void sdk.shutdown())
