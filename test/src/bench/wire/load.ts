/**
 * The load generator, a process of its own. Its argument is a `LoadPlan` as JSON; for each message
 * it makes a run and answers with a `LoadRun`.
 *
 * All requests have traces that were never sent before: what a ledger knows already is cheaper than
 * what it has to write, and a trace that grew with each request would be dearer than any real one.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import { scanTraces } from '@spancost/otlp'
import { createBatch, type BatchShape } from '../batches.ts'
import { SCAN_KEYS } from '../codecs.ts'
import { connect, PREFIX_BYTES, type Sender, type Transport } from './senders.ts'

export interface LoadPlan {
  readonly transport: Transport
  readonly port: number
  readonly shape: BatchShape
  readonly connections: number
  readonly coding?: 'gzip'
}

/** `ratePerSecond` absent: as many requests as the connections can have answered. */
export interface LoadAsk {
  readonly durationMs: number
  readonly ratePerSecond?: number
  /** It goes on until there were so many, for up to four times as long. */
  readonly minRequests?: number
}

export interface LoadRun {
  readonly requests: number
  readonly elapsedMs: number
  /** Of a paced run, from when a request was due until it was answered, sorted. */
  readonly latenciesMs: readonly number[]
}

/** A request with the places of all its ids, which change from one time to the next. */
interface Template {
  readonly message: Buffer
  readonly idOffsets: readonly number[]
}

const ALL_TRACES = { has: () => true, hasAt: () => true }
const BATCHES_PER_CONNECTION = 3
const plan = JSON.parse(process.argv[2] ?? '') as LoadPlan

/** A connection with requests of its own: one that is still being sent must not change. */
interface Client {
  sender: Sender
  readonly templates: readonly Template[]
  turn: number
}

const clients = await Promise.all(
  Array.from({ length: plan.connections }, async (_, number): Promise<Client> => {
    const sender = await connect(plan.transport, plan.port, plan.coding)
    const templates = Array.from({ length: BATCHES_PER_CONNECTION }, (__, index) =>
      createTemplate(number * BATCHES_PER_CONNECTION + index + 1),
    )
    return { sender, templates, turn: 0 }
  }),
)

process.on('message', (ask: LoadAsk) => {
  runLoad(ask).then(
    (result) => process.send!(result),
    (error: unknown) => {
      console.error(error)
      process.exit(1)
    },
  )
})
process.on('disconnect', () => process.exit())
process.send!('ready')

function createTemplate(seed: number): Template {
  const batch = Buffer.from(createBatch(plan.shape, seed))
  const message = Buffer.alloc(PREFIX_BYTES + batch.length)
  message.writeUInt32BE(batch.length, 1)
  message.set(batch, PREFIX_BYTES)
  const idOffsets: number[] = []
  const result = scanTraces(batch, 'protobuf', SCAN_KEYS)
  if (result.kind === 'malformed') throw new Error(result.reason)
  let from = 0
  for (const { traceId, spanId, parentSpanId } of result.scan.relatives(ALL_TRACES, [])) {
    for (const id of [traceId, spanId, parentSpanId]) {
      if (id === '') continue
      from = message.indexOf(Buffer.from(id, 'hex'), from)
      idOffsets.push(from)
    }
  }
  return { message, idOffsets }
}

/** Different in every process, so that a second load on one ledger has other ids. */
let nextId = (Date.now() & 0xffff) << 16

/** The same change to all ids of a request leaves its trees as they are. */
function nextMessage(client: Client): Buffer {
  const { message, idOffsets } = client.templates[client.turn++ % client.templates.length]!
  nextId++
  for (const offset of idOffsets) message.writeInt32LE(nextId | 0, offset)
  return plan.coding === undefined ? message : pack(message)
}

/** At the fastest level: the load generator has half a core. */
function pack(message: Buffer): Buffer {
  const body = gzipSync(message.subarray(PREFIX_BYTES), { level: 1 })
  const packed = Buffer.alloc(PREFIX_BYTES + body.length)
  packed.writeUInt32BE(body.length, 1)
  packed.set(body, PREFIX_BYTES)
  return packed
}

/** On new connections: servers close those that were silent while others had their turn. */
async function runLoad(ask: LoadAsk): Promise<LoadRun> {
  for (const client of clients) {
    client.sender.close()
    client.sender = await connect(plan.transport, plan.port, plan.coding)
  }
  return ask.ratePerSecond === undefined ? saturate(ask) : pace(ask, ask.ratePerSecond)
}

async function saturate({ durationMs, minRequests = 0 }: LoadAsk): Promise<LoadRun> {
  const start = performance.now()
  let requests = 0
  const isOver = (): boolean => {
    const elapsedMs = performance.now() - start
    return elapsedMs >= durationMs && (requests >= minRequests || elapsedMs >= 4 * durationMs)
  }
  await Promise.all(
    clients.map(async (client) => {
      while (!isOver()) {
        await client.sender.send(nextMessage(client))
        requests++
      }
    }),
  )
  return { requests, elapsedMs: performance.now() - start, latenciesMs: [] }
}

/** Sends what is due each millisecond; what finds no free connection waits, and that counts. */
async function pace({ durationMs }: LoadAsk, ratePerSecond: number): Promise<LoadRun> {
  const latenciesMs: number[] = []
  const free = [...clients]
  const due: number[] = []
  const sendDue = (): void => {
    while (free.length > 0 && due.length > 0) void sendOne(free.pop()!, due.shift()!)
  }
  const sendOne = async (client: Client, dueAt: number): Promise<void> => {
    await client.sender.send(nextMessage(client))
    latenciesMs.push(performance.now() - dueAt)
    free.push(client)
    sendDue()
  }
  const start = performance.now()
  let planned = 0
  for (;;) {
    const now = performance.now()
    const wanted = Math.floor((Math.min(now - start, durationMs) * ratePerSecond) / 1000)
    for (; planned < wanted; planned++) due.push(now)
    sendDue()
    if (now - start >= durationMs) break
    await sleep(1)
  }
  while (latenciesMs.length < planned) await sleep(1)
  const elapsedMs = performance.now() - start
  return { requests: planned, elapsedMs, latenciesMs: latenciesMs.toSorted((a, b) => a - b) }
}
