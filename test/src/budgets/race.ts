/**
 * Clients that ask before each call, all at once, of processors that are killed under them: what they
 * did and were told goes to `race-oracle.ts`, and what the ledger says in the end beside it.
 */
import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { waitFor } from '../end-to-end/children.ts'
import { startProcessor, type Processor } from '../end-to-end/processor.ts'
import { encodeTraces, makeSpan, makeTraces, PROTOBUF, send } from '../end-to-end/requests.ts'
import { createRandom, type Random } from '../fuzz/random.ts'
import { boundWithoutHolds, judge, type Judgement, type LoggedCall } from './race-oracle.ts'

export interface RaceOptions {
  readonly calls: number
  readonly hold: boolean
  /** `kill -9` of a processor, which is started again. */
  readonly kills: number
  readonly processors: number
  readonly ledger?: Readonly<Record<string, string>>
  readonly seed?: number
}

export interface Race extends Judgement {
  readonly allowed: number
  readonly refused: number
  readonly abandoned: number
  /** Requests that were sent again, because a processor had died or did not answer. */
  readonly retries: number
  readonly limits: ReadonlyMap<string, bigint>
  /** By level; only without holds. */
  readonly bounds: ReadonlyMap<string, bigint>
  /** What the API says in the end, by budget. */
  readonly ledger: ReadonlyMap<string, { readonly spent: bigint; readonly held: bigint }>
  readonly seconds: number
}

const CLIENTS = 50
const ATTO_PER_TEN_MILLIONTH = 10n ** 11n
/** Of a call's worst case, which is about what an average call may cost, in ten-millionths of a USD. */
const MEAN = 50_000n
/** Longer than any run; what is abandoned is given up by time. */
const HOLD_MS = 3_600_000
const ABANDONED_MS = 1_000

/** Four teams of two departments of a company, with limits that each level reaches by itself. */
const TREE = new Map([
  ['t0', 'd0'],
  ['t1', 'd0'],
  ['t2', 'd1'],
  ['t3', 'd1'],
])
const PERCENT = { company: 34n, d0: 18n, d1: 20n, t0: 11n, t1: 10n, t2: 13n, t3: 9n }
const BUSY = ['t0', 't0', 't0', 't1', 't1', 't2', 't2', 't3'] as const

export async function runRace(options: RaceOptions): Promise<Race> {
  const limits = new Map(
    Object.entries(PERCENT).map(([id, percent]) => [
      id,
      (BigInt(options.calls) * MEAN * ATTO_PER_TEN_MILLIONTH * percent) / 100n,
    ]),
  )
  const config = {
    budgets: describeBudgets(limits),
    alerts: { interval: '1s' },
    ...(options.ledger !== undefined && { ledger: options.ledger }),
  }
  const processors = await Promise.all(
    Array.from({ length: options.processors }, () => startProcessor({ config })),
  )
  const startMs = performance.now()
  const field = openField(options, processors)
  const killing = killSome(options, processors, field)
  await Promise.all(Array.from({ length: CLIENTS }, (_, index) => runClient(index, field)))
  await killing
  const { calls, retries } = field
  const ledger = await waitFor('holds to end', () => readCounters(processors[0]!), {
    limitMs: 30_000,
  })
  const seconds = Math.round((performance.now() - startMs) / 1000)
  const isBounded = !options.hold
  return {
    ...judge(calls, limits),
    allowed: calls.filter(({ isAllowed }) => isAllowed).length,
    refused: calls.filter(({ isAllowed }) => !isAllowed).length,
    abandoned: calls.filter(({ isAllowed, spent }) => isAllowed && spent === undefined).length,
    retries,
    limits,
    bounds: new Map(
      isBounded ? [...limits.keys()].map((id) => [id, boundWithoutHolds(calls, id)]) : [],
    ),
    ledger,
    seconds,
  }
}

function describeBudgets(limits: ReadonlyMap<string, bigint>): readonly object[] {
  return [...limits].map(([id, limit]) => ({
    id,
    ...(id.startsWith('t') && { parent: TREE.get(id), scope: { team: id } }),
    ...(id.startsWith('d') && { parent: 'company', scope: { feature: 'none' } }),
    ...(id === 'company' && { scope: { feature: 'none' } }),
    limit: { amount: writeDecimal(limit) },
    window: { period: 'total' },
    mayOvercommit: true,
  }))
}

interface Field {
  readonly options: RaceOptions
  readonly calls: LoggedCall[]
  retries: number
  nextCall: number
  /** Asks any of the processors until one answers. */
  ask(random: Random, path: string, body: object): Promise<Record<string, unknown>>
  sendSpan(random: Random, span: ReturnType<typeof makeSpan>): Promise<void>
}

function openField(options: RaceOptions, processors: readonly Processor[]): Field {
  async function insist<Answer>(
    random: Random,
    attempt: (processor: Processor) => Promise<Answer | undefined>,
  ): Promise<Answer> {
    for (;;) {
      const answer = await attempt(random.pick(processors)).catch(() => undefined)
      if (answer !== undefined) return answer
      field.retries += 1
      await sleep(20)
    }
  }
  const field: Field = {
    options,
    calls: [],
    retries: 0,
    nextCall: 0,
    ask: (random, path, body) =>
      insist(random, async ({ apiUrl }) => {
        const headers = { 'content-type': 'application/json' }
        const init = { method: 'POST', headers, body: JSON.stringify(body) }
        const response = await fetch(`${apiUrl}${path}`, init)
        const answer = (await response.json()) as Record<string, unknown>
        return response.status === 200 ? answer : undefined
      }),
    sendSpan: async (random, span) => {
      const body = encodeTraces(makeTraces([span]))
      await insist(random, async ({ httpUrl }) => {
        const headers = { 'content-type': PROTOBUF }
        const { status } = await send(`${httpUrl}/v1/traces`, { headers, body })
        return status === 200 ? true : undefined
      })
    },
  }
  return field
}

async function runClient(index: number, field: Field): Promise<void> {
  const { options } = field
  const random = createRandom(options.seed ?? 1, index)
  while (field.nextCall < options.calls)
    field.calls.push(await makeCall(++field.nextCall, random, field))
}

/** 1 of 10 calls that may be made is never made, and half of those say so. */
async function makeCall(id: number, random: Random, field: Field): Promise<LoggedCall> {
  const team = random.pick(BUSY)
  const levels = [team, TREE.get(team)!, 'company']
  const [input, most] = [1 + random.below(2000), 1 + random.below(500)]
  const isAbandoned = random.below(10) === 0
  const { hold } = field.options
  const asking = await timed(() =>
    field.ask(random, '/api/v1/decisions', {
      dimensions: { team },
      provider: 'openai',
      model: 'gpt-4o',
      inputTokens: input,
      maxOutputTokens: most,
      requestId: randomUUID(),
      hold: hold && { ttlMs: isAbandoned ? ABANDONED_MS : HOLD_MS },
    }),
  )
  const { decision, worstCase, holdId } = asking.answer as {
    decision: string
    worstCase: { amount: string }
    holdId?: string
  }
  const asked = asking.between
  const about = { levels, asked, worst: readDecimal(worstCase.amount) }
  if (decision !== 'allow') return { ...about, isAllowed: false }
  if (isAbandoned) {
    if (holdId === undefined) return { ...about, isAllowed: true }
    if (random.below(2) === 0) {
      const { between } = await timed(() =>
        field.ask(random, `/api/v1/holds/${holdId}/release`, {}),
      )
      return { ...about, isAllowed: true, held: between }
    }
    const [fromMs, toMs] = [asked.fromMs + ABANDONED_MS, asked.toMs + ABANDONED_MS + CLOCK_MS]
    return { ...about, isAllowed: true, held: { fromMs, toMs } }
  }
  await sleep(random.below(60))
  const output = random.below(most + 1)
  const span = makeSpan(id, {
    'gen_ai.operation.name': 'chat',
    'gen_ai.provider.name': 'openai',
    'gen_ai.request.model': 'gpt-4o',
    'gen_ai.response.model': 'gpt-4o',
    'gen_ai.usage.input_tokens': input,
    'gen_ai.usage.output_tokens': output,
    'spancost.team': team,
    ...(holdId !== undefined && { 'spancost.hold.id': holdId }),
  })
  const { between: counted } = await timed(() => field.sendSpan(random, span))
  // gpt-4o: 2.5 and 10 USD per million tokens, so 25 and 100 ten-millionths of a dollar each.
  const cost = BigInt(25 * input + 100 * output) * ATTO_PER_TEN_MILLIONTH
  const held = holdId === undefined ? {} : { held: counted }
  return { ...about, isAllowed: true, ...held, spent: { cost, counted } }
}

/** Ours and the processors' clocks are those of one machine, in whole milliseconds. */
const CLOCK_MS = 5

async function timed<Answer>(
  work: () => Promise<Answer>,
): Promise<{ readonly answer: Answer; readonly between: { fromMs: number; toMs: number } }> {
  const fromMs = performance.now()
  const answer = await work()
  return { answer, between: { fromMs, toMs: performance.now() } }
}

/** At even distances through the race. */
async function killSome(
  { kills, calls, seed = 1 }: RaceOptions,
  processors: Processor[],
  field: Field,
): Promise<void> {
  const random = createRandom(seed, 1_000)
  for (let done = 0; done < kills; done += 1) {
    const at = (calls * (done + 1)) / (kills + 1)
    while (field.nextCall < at) await sleep(10)
    const index = random.below(processors.length)
    await processors[index]!.stop('SIGKILL')
    processors[index] = await processors[index]!.restart()
  }
}

/** Once nothing is held any more; until then `undefined`. */
async function readCounters({ apiUrl }: Processor): Promise<Race['ledger'] | undefined> {
  const { budgets } = (await (await fetch(`${apiUrl}/api/v1/budgets`)).json()) as {
    budgets: { id: string; counters: { spent: { amount: string }; held: { amount: string } }[] }[]
  }
  const counters = budgets.map(({ id, counters: [counter] }) => {
    const read = (amount = '0') => readDecimal(amount)
    return [id, { spent: read(counter?.spent.amount), held: read(counter?.held.amount) }] as const
  })
  return counters.every(([, { held }]) => held === 0n) ? new Map(counters) : undefined
}

const SCALE = 18

function readDecimal(text: string): bigint {
  const [whole = '0', fraction = ''] = text.split('.')
  return BigInt(whole + fraction.padEnd(SCALE, '0'))
}

function writeDecimal(atto: bigint): string {
  const digits = atto.toString().padStart(SCALE + 1, '0')
  return `${digits.slice(0, -SCALE)}.${digits.slice(-SCALE)}`
}
