/**
 * The shape of a file of price cards, ours and the user's alike, and its reader. What is written
 * there is checked to the last field: a slip in a price must not wait for a bill to be found.
 */
import { type Unit, UNITS } from '@spancost/genai'

export interface CardFile {
  /** Ids of `provider-names.ts`; what is said holds for each of them. */
  readonly providers: readonly string[]
  readonly models: readonly ModelEntry[]
}

export interface ModelEntry {
  readonly model: string
  /**
   * What spans call the model, in lower case; absent: `model`. A `*` at the end stands for a
   * version. A model that a source behind this one knows by the name `model` is meant as well.
   */
  readonly ids: readonly string[]
  readonly cards: readonly CardEntry[]
  /** What `rates` are in: ISO 4217. */
  readonly currency: string
  /** Why there are no cards. */
  readonly note?: string
}

export type UnitTexts = Readonly<Partial<Record<Unit, string>>>

export interface CardEntry {
  readonly tiers: readonly string[]
  readonly regions: readonly string[]
  readonly fromMs?: number
  readonly toMs?: number
  /** `01:00-04:00`, UTC. */
  readonly hours?: string
  /** Days of the UTC week, Sunday is 0. */
  readonly days?: readonly number[]
  /** The date or instant that tells it from other cards of its model. */
  readonly from?: string
  readonly to?: string
  /** USD per `PER_UNITS`. Absent: a rule over other cards. */
  readonly rates?: UnitTexts
  /**
   * By the number of input tokens above which they hold; what they leave out is as in `rates`, and
   * in a rule as it was.
   */
  readonly above: ReadonlyMap<number, UnitTexts>
  readonly minimums?: Readonly<Partial<Record<Unit, number>>>
  readonly times?: string
  /** Units that `times` leaves as they are. */
  readonly except?: readonly Unit[]
  readonly add?: UnitTexts
  readonly source: string
  readonly checked: string
  readonly contested?: string
}

/** How many units a rate in a file is for: as price lists are written, by the million or hour. */
export const PER_UNITS: Readonly<Record<Unit, number>> = {
  input: 1_000_000,
  cache_read: 1_000_000,
  cache_write: 1_000_000,
  cache_write_1h: 1_000_000,
  input_audio: 1_000_000,
  cache_read_audio: 1_000_000,
  input_image: 1_000_000,
  output: 1_000_000,
  reasoning: 1_000_000,
  output_audio: 1_000_000,
  output_image: 1_000_000,
  web_search: 1_000,
  search: 1_000,
  request: 1_000,
  image: 1,
  page: 1_000,
  character: 1_000_000,
  audio_second: 3_600,
  video_second: 1,
  gpu_second: 3_600,
}

const FILE_FIELDS = ['provider', 'providers', 'currency', 'source', 'checked', 'models']
const MODEL_FIELDS = 'model ids currency cards note source checked contested'.split(' ')
const CARD_FIELDS =
  'tier region from to hours days rates above minimums times except add source checked contested'.split(
    ' ',
  )
/** USD, or a fraction of whole numbers where no decimal is exact. */
const RATE = /^\d{1,9}(\.\d{1,15})?$|^\d{1,9}\/\d{1,9}$/
/** A rate above this is a slip of the pen, per as many units as it is for. */
const MAX_RATE_USD = 10_000
const INSTANT = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d)?Z)?$/
const HOURS = /^([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d$/
const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat']
const MAX_MODELS = 10_000
const MAX_CARDS = 200

/**
 * Reads what a parser made of a file of cards. Throws an error that names the file, the path in it
 * and what stood there.
 */
export function readCardFile(value: unknown, file: string): CardFile {
  const root = readObject(value, file, FILE_FIELDS)
  const providers = readTexts(root['providers'] ?? root['provider'], `${file}: provider`)
  if (providers.length === 0) throw fail(`${file}: provider`, 'the id of a provider', undefined)
  const models = readList(root['models'], `${file}: models`, MAX_MODELS)
  return {
    providers,
    models: models.flatMap((model, index) => readModels(model, `${file}: models[${index}]`, root)),
  }
}

type Fields = Readonly<Record<string, unknown>>

/** One entry for each model that shares the cards. */
function readModels(value: unknown, path: string, file: Fields): readonly ModelEntry[] {
  const fields = readObject(value, path, MODEL_FIELDS)
  const models = readTexts(fields['model'], `${path}.model`)
  const ids = fields['ids'] === undefined ? undefined : readTexts(fields['ids'], `${path}.ids`)
  if (models.length !== 1 && ids !== undefined) throw fail(`${path}.ids`, 'one model', models)
  const above = { ...file, ...fields }
  const name = `${path} (${models[0]}).cards`
  const cards = readList(fields['cards'], name, MAX_CARDS).map((card, index) =>
    readCard(card, `${name}[${index}]`, above),
  )
  const note = readOptional(fields, 'note', path)
  const written = above['currency'] ?? 'USD'
  const currency = readMatch(written, /^[A-Z]{3}$/, `${path}.currency`, 'CNY')
  if (currency !== 'USD' && cards.some(({ add }) => add !== undefined)) {
    throw fail(`${path}.currency`, 'USD, as rates are added to those of others', currency)
  }
  return models.map((model) => {
    const names = (ids ?? [model]).map((id) => id.toLowerCase())
    return { model, ids: names, currency, cards, ...note }
  })
}

function readCard(value: unknown, path: string, above: Fields): CardEntry {
  const fields = readObject(value, path, CARD_FIELDS)
  const { from, to, hours, days, rates, times, except, add } = fields
  if ((rates === undefined) === (times === undefined && add === undefined)) {
    throw fail(path, 'either rates or a rule (times, add)', undefined)
  }
  if (rates === undefined && add === undefined && fields['above'] !== undefined) {
    throw fail(`${path}.above`, 'rates or add beside it', undefined)
  }
  const card = {
    tiers: fields['tier'] === undefined ? [] : readTexts(fields['tier'], `${path}.tier`),
    regions: fields['region'] === undefined ? [] : readTexts(fields['region'], `${path}.region`),
    above: readTiers(fields['above'] ?? {}, `${path}.above`),
    source: readText(fields['source'] ?? above['source'], `${path}.source`),
    checked: readDate(fields['checked'] ?? above['checked'], `${path}.checked`),
    ...readOptional({ contested: above['contested'], ...fields }, 'contested', path),
    ...(from !== undefined && { from: readDate(from, `${path}.from`) }),
    ...(to !== undefined && { to: readDate(to, `${path}.to`) }),
    ...(hours !== undefined && { hours: readMatch(hours, HOURS, `${path}.hours`, '01:00-04:00') }),
    ...(days !== undefined && { days: readNames(days, DAYS, `${path}.days`) }),
    ...(rates !== undefined && { rates: readRates(rates, `${path}.rates`) }),
    ...(times !== undefined && { times: readRate(times, `${path}.times`) }),
    ...(except !== undefined && {
      except: readNames(except, UNITS, `${path}.except`).flatMap((index) => UNITS[index] ?? []),
    }),
    ...(add !== undefined && { add: readRates(add, `${path}.add`) }),
    ...(fields['minimums'] !== undefined && {
      minimums: readUnits(fields['minimums'], `${path}.minimums`, readCount),
    }),
  }
  const [fromMs, toMs] = [card.from, card.to].map((text) =>
    text === undefined ? undefined : Date.parse(text),
  )
  if (fromMs !== undefined && toMs !== undefined && fromMs >= toMs) {
    throw fail(`${path}.to`, `an instant after ${card.from}`, card.to)
  }
  return { ...card, ...(fromMs !== undefined && { fromMs }), ...(toMs !== undefined && { toMs }) }
}

function readTiers(value: unknown, path: string): ReadonlyMap<number, UnitTexts> {
  const entries = Object.entries(readObject(value, path))
  return new Map(
    entries
      .map(([start, rates]): [number, UnitTexts] => {
        if (!/^[1-9]\d{0,8}$/.test(start)) throw fail(path, 'a number of input tokens', start)
        return [Number(start), readRates(rates, `${path}.${start}`)]
      })
      .toSorted(([a], [b]) => a - b),
  )
}

function readRates(value: unknown, path: string): UnitTexts {
  return readUnits(value, path, readRate)
}

function readUnits<Value>(
  value: unknown,
  path: string,
  read: (value: unknown, path: string) => Value,
): Readonly<Partial<Record<Unit, Value>>> {
  const entries = Object.entries(readObject(value, path, UNITS))
  return Object.fromEntries(entries.map(([unit, each]) => [unit, read(each, `${path}.${unit}`)]))
}

function readRate(value: unknown, path: string): string {
  const text = readMatch(value, RATE, path, '"2.50" in quotes, or "1/12"')
  const [num, den = '1'] = text.split('/')
  if (Number(den) === 0 || Number(num) / Number(den) > MAX_RATE_USD) {
    throw fail(path, `at most ${MAX_RATE_USD} USD`, text)
  }
  return text
}

function readCount(value: unknown, path: string): number {
  if (!Number.isSafeInteger(value) || Number(value) < 1) throw fail(path, 'a whole number', value)
  return Number(value)
}

function readDate(value: unknown, path: string): string {
  const text = readMatch(value, INSTANT, path, '2026-03-05 or 2026-03-05T16:00Z')
  if (Number.isNaN(Date.parse(text))) throw fail(path, 'a date that exists', text)
  return text
}

function readMatch(value: unknown, pattern: RegExp, path: string, like: string): string {
  if (typeof value !== 'string' || !pattern.test(value))
    throw fail(path, `text like ${like}`, value)
  return value
}

/** Places in a list of names. */
function readNames(value: unknown, names: readonly string[], path: string): readonly number[] {
  return readTexts(value, path).map((name) => {
    const index = names.indexOf(name)
    if (index === -1) throw fail(path, `one of ${names.join(', ')}`, name)
    return index
  })
}

function readTexts(value: unknown, path: string): readonly string[] {
  const list = Array.isArray(value) ? (value as readonly unknown[]) : [value]
  return list.map((each) => readText(each, path))
}

function readText(value: unknown, path: string): string {
  if (typeof value !== 'string' || value.trim() === '' || value.length > 500) {
    throw fail(path, 'text', value)
  }
  return value
}

function readOptional<Name extends string>(
  fields: Fields,
  name: Name,
  path: string,
): { readonly [Key in Name]?: string } {
  const value = fields[name]
  const read: { [Key in Name]?: string } = {}
  if (value !== undefined) read[name] = readText(value, `${path}.${name}`)
  return read
}

function readList(value: unknown, path: string, limit: number): readonly unknown[] {
  if (!Array.isArray(value) || value.length > limit) {
    throw fail(path, `a list of at most ${limit}`, value)
  }
  return value
}

function readObject(value: unknown, path: string, names?: readonly string[]): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw fail(path, 'an object', value)
  }
  const unknown = names && Object.keys(value).find((name) => !names.includes(name))
  if (unknown !== undefined) throw fail(path, `only the fields ${names?.join(', ')}`, unknown)
  return value as Fields
}

function fail(path: string, expected: string, found: unknown): Error {
  const shown = JSON.stringify(found)?.slice(0, 80) ?? 'nothing'
  return new Error(`${path}: expected ${expected}, found ${shown}`)
}
