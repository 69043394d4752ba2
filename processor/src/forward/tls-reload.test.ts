import { copyFile, rm, writeFile } from 'node:fs/promises'
import { ServerCredentials } from '@grpc/grpc-js'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { OtlpRequest } from '../consume.ts'
import { startGrpcDestination } from '../testing/grpc-destination.ts'
import { startHttpDestination } from '../testing/http-destination.ts'
import { createDestination } from '../testing/sample-destination.ts'
import { createSelfSigned, type SelfSigned } from '../testing/self-signed.ts'
import type { Forwarder } from './forwarder.ts'
import { createGrpcForwarder } from './otlp-grpc.ts'
import { createHttpForwarder } from './otlp-http.ts'
import { withTlsReload } from './tls-reload.ts'

const REQUEST: OtlpRequest = {
  signal: 'traces',
  encoding: 'protobuf',
  body: Buffer.from([0x0a, 0]),
}

/** What the destination shows, and what the forwarder trusts: a file that tests replace. */
let shown: SelfSigned
let trusted: SelfSigned
const stops: (() => Promise<void>)[] = []

beforeEach(async () => {
  shown = await createSelfSigned()
  trusted = await createSelfSigned()
  stops.push(shown.remove, trusted.remove)
})
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop()
})

async function connect(protocol: 'http' | 'grpc', intervalMs: number): Promise<Forwarder> {
  const tls = { caPath: trusted.certPath }
  const pair = { private_key: Buffer.from(shown.key), cert_chain: Buffer.from(shown.cert) }
  const hop =
    protocol === 'http'
      ? await startHttpDestination(undefined, { cert: shown.cert, key: shown.key })
      : await startGrpcDestination(undefined, ServerCredentials.createSsl(null, [pair]))
  const create = protocol === 'http' ? createHttpForwarder : createGrpcForwarder
  const destination = createDestination(protocol, hop.endpoint, { tls })
  const forwarder = withTlsReload(tls, () => create('traces', destination), intervalMs)
  stops.push(hop.stop, () => forwarder.close())
  return forwarder
}

async function send({ consume }: Forwarder): Promise<string> {
  return (await consume(REQUEST, AbortSignal.timeout(5000))).kind
}

test.each(['http', 'grpc'] as const)('%s: other authorities are taken up', async (protocol) => {
  const forwarder = await connect(protocol, 0)
  expect(await send(forwarder)).toBe('retryable')
  await copyFile(shown.certPath, trusted.certPath)
  expect(await send(forwarder)).toBe('accepted')
})

test.each(['http', 'grpc'] as const)('%s: broken or missing files are not', async (protocol) => {
  await copyFile(shown.certPath, trusted.certPath)
  const forwarder = await connect(protocol, 0)
  expect(await send(forwarder)).toBe('accepted')
  await writeFile(trusted.certPath, '-----BEGIN CERTIFICATE-----\nhalf')
  expect(await send(forwarder)).toBe('accepted')
  await rm(trusted.certPath)
  expect(await send(forwarder)).toBe('accepted')
})

test('files are not looked at for every request', async () => {
  const forwarder = await connect('http', 60_000)
  expect(await send(forwarder)).toBe('retryable')
  await copyFile(shown.certPath, trusted.certPath)
  expect(await send(forwarder)).toBe('retryable')
})
