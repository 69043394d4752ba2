/** One row of the benchmark: the same load through several systems, in turns. */
import type { ChildProcess } from 'node:child_process'
import type { BatchShape } from '../batches.ts'
import type { LoadAsk, LoadPlan, LoadRun } from './load.ts'
import {
  ask,
  readCpuMs,
  readPeakRssMb,
  readThreadTimes,
  startNode,
  stopProcess,
  subtractTimes,
  type ThreadTimes,
} from './processes.ts'
import type { Transport } from './senders.ts'
import type { System, SystemKind, SystemName } from './systems.ts'

export interface RowPlan {
  readonly transport: Transport
  readonly shape: BatchShape
  readonly coding?: 'gzip'
  readonly systems: readonly SystemName[]
}

export interface Effort {
  readonly rounds: number
  /** So long and so many spans, that what runs often is compiled; for up to four times as long. */
  readonly warmUpMs: number
  readonly warmUpSpans: number
  readonly roundMs: number
  /** How long half of what a system can do is sent, and how many requests at least. */
  readonly pacedMs: number
  readonly pacedRequests: number
}

/** Medians of the rounds. */
export interface Figures {
  /** Of all threads, user and system. */
  readonly cpuMicrosPerRequest: number
  /** Of it, by kind of thread; only of spancost. */
  readonly threadMicros?: ThreadTimes
  readonly spansPerCpuSecond: number
  readonly megabytesPerCpuSecond: number
  /** As many as came through; load generator and sink may have been what held them up. */
  readonly requestsPerSecond: number
  readonly peakRssMb: number
  /** How long collections took, of the CPU time; where others use the core it says too much. */
  readonly gcPercent?: number
  /** At half of what it can do: from when a request was due until it was answered. */
  readonly latency: {
    readonly ratePerSecond: number
    readonly requests: number
    readonly p50Ms: number
    readonly p99Ms: number
  }
}

export type Row = Readonly<Partial<Record<SystemName, Figures>>>

const CONNECTIONS = 8

interface Runner {
  readonly name: SystemName
  readonly system: System
  readonly load: ChildProcess
  readonly rounds: Round[]
}

interface Round {
  readonly cpuMs: number
  readonly threads: ThreadTimes
  readonly gcMs: number | undefined
  readonly requests: number
  readonly elapsedMs: number
}

export async function measureRow(
  plan: RowPlan,
  kinds: Readonly<Partial<Record<SystemName, SystemKind>>>,
  sinkPort: number,
  bytesPerRequest: number,
  effort: Effort,
): Promise<Row> {
  const runners: Runner[] = []
  const row: Partial<Record<SystemName, Figures>> = {}
  try {
    for (const name of plan.systems) {
      const system = await kinds[name]?.start(sinkPort)
      const port = system?.ports[plan.transport]
      if (system === undefined || port === undefined) continue
      runners.push({ name, system, load: await startLoad(plan, port), rounds: [] })
    }
    const minRequests = Math.ceil(effort.warmUpSpans / plan.shape.spans)
    for (const { load } of runners) await run(load, { durationMs: effort.warmUpMs, minRequests })
    for (let round = 0; round < effort.rounds; round++) {
      for (const runner of runners) runner.rounds.push(await measureRound(runner, effort.roundMs))
    }
    for (const runner of runners) {
      row[runner.name] = await summarize(runner, plan, bytesPerRequest, effort)
    }
  } finally {
    for (const { load, system } of runners) {
      await stopProcess(load)
      await stopProcess(system.child)
    }
  }
  return row
}

async function startLoad({ transport, shape, coding }: RowPlan, port: number) {
  const plan: LoadPlan = {
    transport,
    port,
    shape,
    connections: CONNECTIONS,
    ...(coding !== undefined && { coding }),
  }
  const load = startNode('others', new URL('load.js', import.meta.url), [JSON.stringify(plan)])
  await ask(load)
  return load
}

function run(load: ChildProcess, message: LoadAsk): Promise<LoadRun> {
  return ask<LoadRun>(load, message)
}

async function measureRound({ system, load }: Runner, roundMs: number): Promise<Round> {
  const pid = system.child.pid!
  const gcBefore = await system.readGcMs?.()
  const threadsBefore = readThreadTimes(pid)
  const cpuBefore = readCpuMs(pid)
  const { requests, elapsedMs } = await run(load, { durationMs: roundMs })
  const cpuMs = readCpuMs(pid) - cpuBefore
  const threads = subtractTimes(readThreadTimes(pid), threadsBefore)
  const gcAfter = await system.readGcMs?.()
  const gcMs = gcBefore === undefined || gcAfter === undefined ? undefined : gcAfter - gcBefore
  return { cpuMs, threads, gcMs, requests, elapsedMs }
}

async function summarize(
  { name, system, load, rounds }: Runner,
  { shape }: RowPlan,
  bytesPerRequest: number,
  effort: Effort,
): Promise<Figures> {
  const perRequest = (read: (round: Round) => number): number =>
    median(rounds.map((round) => (read(round) * 1000) / round.requests))
  const cpuMicrosPerRequest = perRequest(({ cpuMs }) => cpuMs)
  const requestsPerSecond = median(
    rounds.map(({ requests, elapsedMs }) => (requests * 1000) / elapsedMs),
  )
  const gcShares = rounds.flatMap(({ gcMs, cpuMs }) => (gcMs === undefined ? [] : [gcMs / cpuMs]))
  const threadMicros: ThreadTimes = {
    main: perRequest(({ threads }) => threads.main),
    ledger: perRequest(({ threads }) => threads.ledger),
    others: perRequest(({ threads }) => threads.others),
  }
  return {
    cpuMicrosPerRequest,
    ...(name === 'spancost' && { threadMicros }),
    spansPerCpuSecond: (shape.spans * 1e6) / cpuMicrosPerRequest,
    megabytesPerCpuSecond: bytesPerRequest / cpuMicrosPerRequest,
    requestsPerSecond,
    peakRssMb: readPeakRssMb(system.child.pid!),
    ...(gcShares.length > 0 && { gcPercent: 100 * median(gcShares) }),
    latency: await pace(load, requestsPerSecond / 2, effort),
  }
}

/** Four times as long at most, so that a slow system does not take minutes. */
async function pace(
  load: ChildProcess,
  ratePerSecond: number,
  { pacedMs, pacedRequests }: Effort,
): Promise<Figures['latency']> {
  const wantedMs = (1000 * pacedRequests) / ratePerSecond
  const durationMs = Math.min(4 * pacedMs, Math.max(pacedMs, wantedMs))
  const { requests, latenciesMs } = await run(load, { durationMs, ratePerSecond })
  const at = (share: number): number => latenciesMs[Math.floor(latenciesMs.length * share)] ?? NaN
  return { ratePerSecond, requests, p50Ms: at(0.5), p99Ms: at(0.99) }
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!
}
