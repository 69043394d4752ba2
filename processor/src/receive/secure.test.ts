/** Both receivers behind TLS, client certificates and bearer tokens. */
import { Client, credentials, Metadata, status, type ServiceError } from '@grpc/grpc-js'
import { copyFile } from 'node:fs/promises'
import https from 'node:https'
import { connect } from 'node:http2'
import { setTimeout as sleep } from 'node:timers/promises'
import { connect as connectTls } from 'node:tls'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import type { Consume } from '../consume.ts'
import { createSelfSigned, type SelfSigned } from '../testing/self-signed.ts'
import { sendHttp } from '../testing/send-http.ts'
import { createTokenCheck } from './bearer-tokens.ts'
import { startGrpcReceiver, type GrpcReceiverOptions } from './otlp-grpc.ts'
import { startHttpReceiver } from './otlp-http.ts'
import type { Receiver, ReceiverOptions } from './receiver.ts'
import { openServerTls } from './server-tls.ts'

const TRACES = '/opentelemetry.proto.collector.trace.v1.TraceService/Export'

/** The receiver's own, which is its own authority, and one of somebody else. */
let own: SelfSigned
let other: SelfSigned
const receivers: Receiver[] = []
let taken = 0
const traces: Consume = () => {
  taken += 1
  return Promise.resolve({ kind: 'accepted' })
}

beforeAll(async () => {
  own = await createSelfSigned()
  other = await createSelfSigned()
})
afterAll(() => Promise.all([own.remove(), other.remove()]))
afterEach(async () => {
  await Promise.all(receivers.splice(0).map((receiver) => receiver.stop()))
  taken = 0
})

const LISTEN = { endpoint: '127.0.0.1:0', maxRequestBytes: 1000 }

async function startHttp(options: Partial<ReceiverOptions>): Promise<string> {
  const receiver = await startHttpReceiver({ ...LISTEN, ...options }, { traces })
  receivers.push(receiver)
  return receiver.address
}

async function startGrpc(options: Partial<GrpcReceiverOptions>): Promise<string> {
  const receiver = await startGrpcReceiver({ ...LISTEN, ...options }, { traces })
  receivers.push(receiver)
  return receiver.address
}

/** The status of the answer, or the code of the error where there is none. */
function postSecurely(address: string, tls: https.RequestOptions): Promise<number | string> {
  return new Promise((resolve) => {
    const headers = { 'content-type': 'application/x-protobuf' }
    const options = { method: 'POST', headers, agent: false, ...tls }
    https
      .request(`https://${address}/v1/traces`, options, (response) => {
        response.resume()
        resolve(response.statusCode ?? 0)
      })
      .on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message))
      .end()
  })
}

function call(
  address: string,
  channel = credentials.createInsecure(),
  metadata = new Metadata(),
): Promise<Pick<ServiceError, 'code' | 'metadata'>> {
  const client = new Client(address, channel, {
    'grpc.ssl_target_name_override': 'localhost',
    'grpc.enable_retries': 0,
  })
  const asIs = (bytes: Buffer): Buffer => bytes
  return new Promise<Pick<ServiceError, 'code' | 'metadata'>>((resolve) => {
    client.makeUnaryRequest(TRACES, asIs, asIs, Buffer.alloc(0), metadata, (error) =>
      resolve(error ?? { code: status.OK, metadata: new Metadata() }),
    )
  }).finally(() => client.close())
}

/** The certificates are for an address, which a gRPC client does not ask for. */
const trustOwn = (cert?: SelfSigned) =>
  credentials.createSsl(
    Buffer.from(own.cert),
    cert === undefined ? null : Buffer.from(cert.key),
    cert === undefined ? null : Buffer.from(cert.cert),
    { checkServerIdentity: () => undefined },
  )

test('TLS', async () => {
  const tls = openServerTls(own)
  const http = await startHttp({ tls })
  expect(await postSecurely(http, { ca: own.cert })).toBe(200)
  expect(await postSecurely(http, { ca: other.cert })).not.toBe(200)
  await expect(sendHttp(`http://${http}/v1/traces`)).rejects.toThrow(/socket hang up|ECONNRESET/)
  const grpc = await startGrpc({ tls })
  expect((await call(grpc, trustOwn())).code).toBe(status.OK)
  expect((await call(grpc)).code).toBe(status.UNAVAILABLE)
  expect(taken).toBe(2)
})

test('a new certificate is shown without a restart, a broken one never', async () => {
  const files = await createSelfSigned()
  const tls = openServerTls(files, 10)
  const http = await startHttp({ tls })
  const grpc = await startGrpc({ tls: openServerTls(files, 10) })
  const trusts = async (ca: string): Promise<boolean> =>
    (await postSecurely(http, { ca })) === 200 && (await isShown(grpc, ca))
  expect([await trusts(files.cert), await trusts(other.cert)]).toEqual([true, false])
  // The certificate of one pair and the key of the other: in the middle of a change.
  await copyFile(other.certPath, files.certPath)
  await sleep(50)
  expect([await trusts(files.cert), await trusts(other.cert)]).toEqual([true, false])
  await copyFile(other.keyPath, files.keyPath)
  while (!(await trusts(other.cert))) await sleep(5)
  expect(await trusts(files.cert)).toBe(false)
  await files.remove()
})

/** Whether the gRPC receiver shows a certificate that this authority vouches for. */
async function isShown(address: string, ca: string): Promise<boolean> {
  const [host = '', port] = address.split(':')
  const socket = connectTls({ host, port: Number(port), ca, ALPNProtocols: ['h2'] })
  const shown = new Promise<boolean>((resolve) => {
    socket.once('secureConnect', () => resolve(true)).once('error', () => resolve(false))
  })
  return shown.finally(() => socket.destroy())
}

test('client certificates', async () => {
  const tls = openServerTls({ ...own, clientCaPath: own.certPath })
  const http = await startHttp({ tls })
  const withCert = ({ cert, key }: SelfSigned) => postSecurely(http, { ca: own.cert, cert, key })
  expect(await withCert(own)).toBe(200)
  expect(await withCert(other)).not.toBe(200)
  expect(await postSecurely(http, { ca: own.cert })).not.toBe(200)
  const grpc = await startGrpc({ tls })
  expect((await call(grpc, trustOwn(own))).code).toBe(status.OK)
  expect((await call(grpc, trustOwn(other))).code).toBe(status.UNAVAILABLE)
  expect((await call(grpc, trustOwn())).code).toBe(status.UNAVAILABLE)
  expect(taken).toBe(2)
})

test('bearer tokens over HTTP', async () => {
  const address = await startHttp({ isAllowed: createTokenCheck(['secret']) })
  const url = `http://${address}/v1/traces`
  const type = { 'content-type': 'application/json' }
  for (const authorization of ['', 'Bearer wrong']) {
    const refused = await sendHttp(url, { headers: { ...type, authorization }, body: '{}' })
    expect([refused.status, refused.headers['www-authenticate']]).toEqual([
      401,
      'Bearer realm="spancost"',
    ])
    // 16: UNAUTHENTICATED.
    expect(JSON.parse(refused.body.toString())).toMatchObject({ code: 16 })
  }
  expect(taken).toBe(0)
  const headers = { ...type, authorization: 'Bearer secret' }
  expect((await sendHttp(url, { headers, body: '{}' })).status).toBe(200)
})

test('bearer tokens over gRPC', async () => {
  const address = await startGrpc({ isAllowed: createTokenCheck(['secret']) })
  const metadata = new Metadata()
  for (const authorization of [undefined, 'Bearer wrong']) {
    if (authorization !== undefined) metadata.set('authorization', authorization)
    const refused = await call(address, credentials.createInsecure(), metadata)
    expect(refused.code).toBe(status.UNAUTHENTICATED)
    expect(refused.metadata.get('www-authenticate')).toEqual(['Bearer realm="spancost"'])
  }
  expect(taken).toBe(0)
  metadata.set('authorization', 'Bearer secret')
  expect((await call(address, credentials.createInsecure(), metadata)).code).toBe(status.OK)
})

test('an old gRPC connection is told to go, a silent one is asked whether it is there', async () => {
  const address = await startGrpc({ maxConnectionAgeMs: 50, keepaliveMs: 20 })
  const session = connect(`http://${address}`)
  const goaway = new Promise((resolve) => session.once('goaway', resolve))
  const ping = new Promise((resolve) => session.once('ping', resolve))
  // 0: NO_ERROR.
  expect(await goaway).toBe(0)
  expect(await ping).toHaveLength(8)
  session.destroy()
})
