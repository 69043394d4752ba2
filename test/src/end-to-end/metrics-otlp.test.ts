/** Cost metrics over OTLP, cumulative and delta, into a receiver that refuses now and then. */
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { startHttpBackend, type Answer, type Backend } from './backend.ts'
import { stopAfterEach, waitFor } from './children.ts'
import { sumDecimals } from './decimals.ts'
import { readSpend, startProcessor } from './processor.ts'
import { findSums, readAttributes, type MetricsReceived, type SumReceived } from './received.ts'
import { makeChatSpan, sendTraces, type SpanJson } from './requests.ts'

stopAfterEach()

/** 1000 + id in at 2.5, and id out at 10 USD a million. */
const makeCall = (id: number): SpanJson =>
  makeChatSpan(id, { model: 'gpt-4o', input: 1000 + id, output: id })

/** A receiver, and the `spancost.cost` of each request, with what it was answered. */
async function startReceiver(answer: () => Answer) {
  const answers: Answer[] = []
  const backend = await startHttpBackend(() => {
    const given = answer()
    answers.push(given)
    return given
  })
  return { backend, list: () => listCosts(backend, answers) }
}

interface Received {
  readonly cost: SumReceived
  readonly isAccepted: boolean
}

function listCosts({ received }: Backend, answers: readonly Answer[]): Received[] {
  return received.flatMap(({ body }, index) => {
    const request = JSON.parse(body.toString()) as MetricsReceived
    const answer = answers[index]
    const isAccepted = answer !== undefined && answer !== 'hang' && answer.status === 200
    return findSums(request, 'spancost.cost').map((cost) => ({ cost, isAccepted }))
  })
}

interface PointWithTimes {
  readonly startTimeUnixNano: string
  readonly timeUnixNano: string
}

/** Start and end of a request's points, which all have the same. */
function rangeOf({ cost }: Received): readonly [start: bigint, end: bigint] {
  const points = cost.sum.dataPoints as unknown as PointWithTimes[]
  const ranges = new Set(points.map((point) => `${point.startTimeUnixNano} ${point.timeUnixNano}`))
  expect(ranges.size).toBe(1)
  const [start = '', end = ''] = [...ranges][0]!.split(' ')
  return [BigInt(start), BigInt(end)]
}

/** The doubles are those of decimals with few digits, so their text has these digits. */
function sumOf({ cost }: Received): bigint {
  return sumDecimals(cost.sum.dataPoints.map(({ asDouble = 0 }) => asDouble.toFixed(12)))
}

test('deltas follow each other and add up to the spend; cumulative sums reach it', async () => {
  // Of four answers in a row: refused for now, taken, refused for good in two ways.
  const refusals: Answer[] = [{ status: 503 }, { status: 200 }, { status: 500 }, { status: 400 }]
  let turn = 0
  let isGenerous = false
  const next = (): Answer => (isGenerous ? { status: 200 } : refusals[turn++ % refusals.length]!)
  const delta = await startReceiver(next)
  const cumulative = await startReceiver(next)
  const otlp = [
    { endpoint: delta.backend.address, interval: '1s', temporality: 'delta' },
    { endpoint: cumulative.backend.address, interval: '1s', temporality: 'cumulative' },
  ]
  let processor = await startProcessor({ config: { metrics: { otlp } } })
  for (let id = 1; id <= 6; id += 1) {
    expect((await sendTraces(processor.httpUrl, [makeCall(id), makeCall(1)])).status).toBe(200)
    await sleep(700)
    if (id !== 3) continue
    await processor.stop('SIGKILL')
    processor = await processor.restart()
  }
  isGenerous = true
  await waitFor('accepted points', async () =>
    delta.list().some(({ isAccepted }) => isAccepted) ? true : undefined,
  )
  // 6 021 in, 21 out: 15 052.5 + 210 millionths.
  expect(await readSpend(processor)).toEqual({ operations: 6, cost: '0.0152625' })
  // Stopping sends what is not delivered yet: what was refused, and then what is new.
  expect(await processor.stop()).toBe(0)
  const spend = 15_262_500_000_000_000n

  const deltas = delta.list()
  expect(deltas.some(({ isAccepted }) => !isAccepted)).toBe(true)
  const accepted = deltas.filter(({ isAccepted }) => isAccepted)
  expect(accepted.length).toBeGreaterThan(1)
  for (const [index, one] of deltas.entries()) {
    expect(one.cost.sum).toMatchObject({ aggregationTemporality: 1, isMonotonic: true })
    const [start, end] = rangeOf(one)
    expect(start).toBeLessThan(end)
    const before = deltas[index - 1]
    if (before === undefined) continue
    // What was refused comes again as it was; what was accepted is followed without a gap.
    if (before.isAccepted) expect(start).toBe(rangeOf(before)[1])
    else expect(one.cost).toEqual(before.cost)
  }
  expect(accepted.reduce((sum, one) => sum + sumOf(one), 0n)).toBe(spend)

  const sums = cumulative.list()
  const starts = new Set(sums.map((one) => rangeOf(one)[0]))
  expect(starts.size).toBe(1)
  expect(sums.at(-1)!.cost.sum).toMatchObject({ aggregationTemporality: 2, isMonotonic: true })
  expect(sumOf(sums.at(-1)!)).toBe(spend)
  for (const [index, one] of sums.entries()) {
    expect(sumOf(one)).toBeGreaterThanOrEqual(index === 0 ? 0n : sumOf(sums[index - 1]!))
  }
  const attributes = sums
    .at(-1)!
    .cost.sum.dataPoints.map((point) => readAttributes(point.attributes))
  const parts = new Set(attributes.map((one) => one['spancost.cost.part']))
  expect(parts).toEqual(new Set(['input', 'output']))
})
