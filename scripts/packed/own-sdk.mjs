/** What a user preloads who sets up an SDK of their own; `OTHERS` adds what others instrument. */
import { NodeSDK } from '@opentelemetry/sdk-node'
import { getNodeInstrumentations, hookImports } from '@spancost/node'

hookImports()
const name = process.env.OTHERS
const others = name === undefined ? [] : (await import(name)).getNodeAutoInstrumentations()
const sdk = new NodeSDK({ instrumentations: [...others, getNodeInstrumentations()] })
sdk.start()
process.once('beforeExit', () => void sdk.shutdown())
