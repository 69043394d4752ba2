import type { Operation, ReportedCost, ReportedUsage, Unit, Units, Usage } from '@spancost/genai'
import type { Rating } from '@spancost/pricing/rating'
import type { Details } from '../stores/rows.ts'
import { createByteReader, type ByteReader, type ByteWriter, type Scalar } from './bytes.ts'
import type { WordBook } from './words.ts'

/**
 * The details of an entry in few bytes, as SQLite keeps them. What says whether two spans are one call
 * comes first, so that the rest need not be read for that.
 */

/** `word`: comes again and again; `text`: seldom does. The order is that of the bits in the bytes. */
type Kinds<Model> = Readonly<Record<keyof Model, 'word' | 'text'>>

const OPERATION: Kinds<Omit<Operation, 'usage' | 'rawUsage' | 'reportedCost'>> = {
  dialect: 'word',
  role: 'word',
  name: 'word',
  provider: 'word',
  requestModel: 'word',
  responseModel: 'word',
  responseId: 'text',
  scopeName: 'word',
  scopeVersion: 'word',
  inclusive: 'word',
  errorType: 'word',
  serviceTier: 'word',
  region: 'word',
  serverAddress: 'word',
}

const USAGE: Kinds<Usage> = {
  inputTokens: 'word',
  outputTokens: 'word',
  cacheReadTokens: 'word',
  reasoningTokens: 'word',
  cacheWrite5mTokens: 'word',
  cacheWrite1hTokens: 'word',
  inputAudioTokens: 'word',
  cacheReadAudioTokens: 'word',
  inputImageTokens: 'word',
  outputAudioTokens: 'word',
  outputImageTokens: 'word',
  webSearches: 'word',
  searches: 'word',
  requests: 'word',
  images: 'word',
  pages: 'word',
  characters: 'word',
  audioSeconds: 'word',
  videoSeconds: 'word',
  gpuSeconds: 'word',
}

const RAW_USAGE: Kinds<ReportedUsage> = {
  input: 'word',
  output: 'word',
  total: 'word',
  cacheRead: 'word',
  reasoning: 'word',
  cacheWrite: 'word',
  uncachedInput: 'word',
  cacheWrite5m: 'word',
  cacheWrite1h: 'word',
  inputAudio: 'word',
  cacheReadAudio: 'word',
  outputAudio: 'word',
  inputImage: 'word',
  cacheReadImage: 'word',
  outputImage: 'word',
  besideInput: 'word',
  besideOutput: 'word',
  webSearches: 'word',
  searches: 'word',
  images: 'word',
  pages: 'word',
  characters: 'word',
  audioSeconds: 'word',
  videoSeconds: 'word',
}

const REPORTED_COST: Kinds<ReportedCost> = {
  amount: 'text',
  currency: 'word',
  source: 'word',
  key: 'word',
}

const RATING: Kinds<Omit<Rating, 'lines' | 'costAtto' | 'cache'>> = {
  status: 'word',
  source: 'word',
  card: 'word',
  book: 'word',
  reason: 'word',
  detail: 'text',
  list: 'text',
}

/** The form below; another one will have another number. */
const FORM = 1

const HAS_RAW_USAGE = 1
const HAS_REPORTED_COST = 2
const HAS_COST = 1
const HAS_CACHE = 2

/** Of a line: it is of the same unit and quantity as the units are at its place. */
const AS_IN_UNITS = true

const findNothing = () => undefined

export function writeDetails(writer: ByteWriter, details: Details, book: WordBook): void {
  const { operation, units } = details
  const { findWord } = book
  writer.number(FORM)
  writer.time(details.endTimeUnixNano)
  writeFields(writer, operation, OPERATION_FIELDS, findWord)
  writeFields(writer, operation.usage, USAGE_FIELDS, findWord)
  const { rawUsage, reportedCost } = operation
  writer.number(
    (rawUsage === undefined ? 0 : HAS_RAW_USAGE) +
      (reportedCost === undefined ? 0 : HAS_REPORTED_COST),
  )
  if (rawUsage !== undefined) writeFields(writer, rawUsage, RAW_USAGE_FIELDS, findWord)
  if (reportedCost !== undefined) {
    writeFields(writer, reportedCost, REPORTED_COST_FIELDS, findWord)
  }
  writer.number(units.size)
  for (const [unit, quantity] of units) {
    writer.value(unit, findWord)
    writer.value(quantity, findNothing)
  }
  const { spanName } = details
  if (spanName === nameSpan(operation)) writer.value(false, findNothing)
  else writer.value(spanName, book.findName)
  writeRating(writer, details.rating, units, findWord)
}

function writeRating(
  writer: ByteWriter,
  rating: Rating,
  units: Units,
  findWord: WordBook['findWord'],
): void {
  const { lines, costAtto, cache } = rating
  writeFields(writer, rating, RATING_FIELDS, findWord)
  writer.number((costAtto === undefined ? 0 : HAS_COST) + (cache === undefined ? 0 : HAS_CACHE))
  if (cache !== undefined) {
    writer.amount(cache.savedAtto)
    writer.amount(cache.extraAtto)
  }
  writer.number(lines.length)
  const inUnits = units.entries()
  for (const line of lines) {
    const [unit, quantity] = inUnits.next().value ?? []
    if (unit === line.unit && quantity === line.quantity) writer.value(AS_IN_UNITS, findNothing)
    else {
      writer.value(line.unit, findWord)
      writer.value(line.quantity, findNothing)
    }
    writer.value(line.rate, findWord)
    writer.amount(line.costAtto)
  }
}

/** The part that says whether two spans are one call. */
export function readSighted(
  bytes: Uint8Array,
  words: readonly string[],
): Pick<Details, 'endTimeUnixNano' | 'operation' | 'units'> {
  return readStart(createByteReader(bytes), words)
}

/** @throws RangeError for bytes that `writeDetails` did not write, or words that are not those. */
export function readDetails(bytes: Uint8Array, words: readonly string[]): Details {
  const reader = createByteReader(bytes)
  const start = readStart(reader, words)
  const name = reader.value(words)
  const spanName = typeof name === 'string' ? name : nameSpan(start.operation)
  return { ...start, spanName, rating: readRating(reader, start.units, words) }
}

function readStart(reader: ByteReader, words: readonly string[]) {
  const form = reader.number()
  if (form !== FORM) throw new RangeError(`the details of an entry have form ${form}, not ${FORM}`)
  const endTimeUnixNano = reader.time()
  const fields = readFields(reader, OPERATION_FIELDS, words) as unknown as Omit<Operation, 'usage'>
  const usage = readFields(reader, USAGE_FIELDS, words) as Usage
  const more = reader.number()
  const operation: Operation = {
    ...fields,
    usage,
    ...((more & HAS_RAW_USAGE) !== 0 && {
      rawUsage: readFields(reader, RAW_USAGE_FIELDS, words),
    }),
    ...((more & HAS_REPORTED_COST) !== 0 && {
      reportedCost: readFields(reader, REPORTED_COST_FIELDS, words) as unknown as ReportedCost,
    }),
  }
  const units = new Map<Unit, number>()
  for (let left = reader.number(); left > 0; left -= 1) {
    units.set(reader.value(words) as Unit, reader.value(words) as number)
  }
  return { endTimeUnixNano, operation, units }
}

function readRating(reader: ByteReader, units: Units, words: readonly string[]): Rating {
  const fields = readFields(reader, RATING_FIELDS, words) as unknown as Omit<Rating, 'lines'>
  const more = reader.number()
  const hasCache = (more & HAS_CACHE) !== 0
  const cache = hasCache && { savedAtto: reader.amount(), extraAtto: reader.amount() }
  const inUnits = [...units]
  const lines = Array.from({ length: reader.number() }, (_, at) => {
    const first = reader.value(words)
    const [unit, quantity] =
      first === AS_IN_UNITS ? inUnits[at]! : [first as Unit, reader.value(words) as number]
    return { unit, quantity, rate: reader.value(words) as string, costAtto: reader.amount() }
  })
  return {
    ...fields,
    lines,
    ...((more & HAS_COST) !== 0 && {
      costAtto: lines.reduce((sum, { costAtto }) => sum + costAtto, 0n),
    }),
    ...(cache !== false && { cache }),
  }
}

/** How the conventions name a span, and so what most are called. */
function nameSpan({ name, requestModel }: Operation): string {
  return `${name} ${requestModel}`
}

interface Field {
  readonly key: string
  readonly isWord: boolean
}

interface Fields {
  /** By their bits, of which there are fewer than 31. */
  readonly list: readonly Field[]
  readonly bits: ReadonlyMap<string, number>
}

function listFields(kinds: Readonly<Record<string, 'word' | 'text'>>): Fields {
  const list = Object.entries(kinds).map(([key, kind]) => ({ key, isWord: kind === 'word' }))
  return { list, bits: new Map(list.map(({ key }, at) => [key, 1 << at])) }
}

const OPERATION_FIELDS = listFields(OPERATION)
const USAGE_FIELDS = listFields(USAGE)
const RAW_USAGE_FIELDS = listFields(RAW_USAGE)
const REPORTED_COST_FIELDS = listFields(REPORTED_COST)
const RATING_FIELDS = listFields(RATING)

/**
 * Which of the fields there are, a bit each, and then their values. A record has few of them, so that
 * it is asked for its own.
 */
function writeFields(
  writer: ByteWriter,
  record: object,
  { list, bits }: Fields,
  findWord: WordBook['findWord'],
): void {
  const values = record as Readonly<Record<string, Scalar | undefined>>
  let mask = 0
  for (const key in values) if (values[key] !== undefined) mask |= bits.get(key) ?? 0
  writer.number(mask)
  for (let rest = mask; rest !== 0; rest &= rest - 1) {
    const { key, isWord } = list[31 - Math.clz32(rest & -rest)]!
    writer.value(values[key]!, isWord ? findWord : findNothing)
  }
}

function readFields(
  reader: ByteReader,
  { list }: Fields,
  words: readonly string[],
): Readonly<Record<string, Scalar>> {
  let mask = reader.number()
  const values: Record<string, Scalar> = {}
  for (const { key } of list) {
    if (mask === 0) break
    if (mask % 2 === 1) values[key] = reader.value(words)
    mask = Math.floor(mask / 2)
  }
  return values
}
