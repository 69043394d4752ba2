import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onStop } from '../end-to-end/children.ts'
import { startProcessor, type Processor } from '../end-to-end/processor.ts'

/** A next hop over HTTP that takes everything and keeps nothing; its URL. */
export async function startBackend(): Promise<string> {
  const server = createServer((request, response) => {
    request.resume().on('end', () => response.writeHead(200).end())
    request.on('error', () => response.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onStop(async () => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** A processor that forwards there, and does not write a line for each refusal. */
export function startTarget(backendUrl: string): Promise<Processor> {
  return startProcessor({
    forward: { protocol: 'http', endpoint: backendUrl },
    config: { log: { level: 'error' } },
  })
}

/** Stops it, and says what is wrong with it or its ledger; '' where nothing is. */
export async function checkTarget(processor: Processor): Promise<string> {
  const code = await processor.stop()
  if (code !== 0) return `the processor ended with ${code}\n${processor.log().slice(-2000)}`
  return processor.verify()
}
