import { ATTR_SERVICE_NAME } from '@opentelemetry/semantic-conventions'
import {
  KEYS,
  MARKS,
  recognize,
  splitUsage,
  type Operation,
  type SpanFacts,
  type SplitUsage,
  type Units,
} from '@spancost/genai'
import { findFigureFault, type Entry, type Labels } from '@spancost/ledger'
import type { AttributeValue, ScanKeys, ScannedSpan } from '@spancost/otlp'
import { rateOperation, type Rating } from '@spancost/pricing'
import type { Dimension } from './config.ts'
import { ALIAS_KEYS, OWN_KEYS } from './cost-attributes.ts'
import type { Books } from './open-book.ts'

/** The hold of a decision, which whoever asked puts on the call's span. */
const HOLD_KEY = 'spancost.hold.id'
const MAX_HOLD_ID_LENGTH = 64

/** A label value is cut to this many characters. */
const MAX_LABEL_LENGTH = 256

/** What a scan must read so that every dialect and dimension finds its attributes. */
export function createScanKeys(dimensions: readonly Dimension[]): ScanKeys {
  const dimensionKeys = dimensions.flatMap((dimension) => dimension.from)
  return {
    marks: MARKS,
    span: [...KEYS, ...dimensionKeys, ...ALIAS_KEYS, HOLD_KEY],
    shared: [ATTR_SERVICE_NAME, ...dimensionKeys],
    own: OWN_KEYS,
  }
}

/** A span that stands for a GenAI operation, and what the ledger gets of it. */
export interface FoundEntry {
  readonly span: ScannedSpan
  readonly entry: Entry
}

/**
 * Reads the operations among the marked spans of a request, in their order: recognizes and rates
 * them. Spans without valid ids are left out: a retry could not be told from a new call, so they
 * pass on unpriced.
 */
export function createEntryReader(
  books: Books,
  dimensions: readonly Dimension[],
): (spans: readonly ScannedSpan[]) => readonly FoundEntry[] {
  const readLabels = createLabelReader(dimensions)
  return (spans) => {
    const found: FoundEntry[] = []
    for (const span of spans) {
      const entry = readEntry(span, books, readLabels)
      if (entry !== undefined) found.push({ span, entry })
    }
    return found
  }
}

function readEntry(span: ScannedSpan, books: Books, readLabels: ReadLabels): Entry | undefined {
  const { traceId, spanId, startTimeUnixNano } = span
  if (traceId === '' || spanId === '') return undefined
  const operation = recognize(toSpanFacts(span))
  if (operation === undefined) return undefined
  const split = splitUsage(operation.usage)
  const startUnixMs = Number(startTimeUnixNano / 1_000_000n)
  const labels = readLabels(span, operation)
  const book = books.of(labels['tenant'])
  const entry: Entry = {
    traceId,
    spanId,
    parentSpanId: span.parentSpanId,
    spanName: span.name,
    startTimeUnixNano,
    endTimeUnixNano: span.endTimeUnixNano,
    operation,
    units: unitsOf(split),
    rating: rateOperation(operation, startUnixMs, book, split),
    labels,
    ...readHold(span),
  }
  const fault = findFigureFault(entry)
  return fault === undefined ? entry : withoutFigures(entry, fault)
}

function unitsOf(split: SplitUsage): Units {
  return split.kind === 'units' ? split.units : NO_UNITS
}

const NO_UNITS: Units = new Map()

function readHold(span: ScannedSpan): Pick<Entry, 'holdId'> | undefined {
  const holdId = span.attributes.get(HOLD_KEY)
  const isHold = typeof holdId === 'string' && holdId !== '' && holdId.length <= MAX_HOLD_ID_LENGTH
  return isHold ? { holdId } : undefined
}

/**
 * An entry whose figures the ledger would refuse (a trillion tokens) is written without them: a
 * refusal would send the whole request back, again and again, for the sake of one span.
 */
function withoutFigures(entry: Entry, fault: string): Entry {
  const { book } = entry.rating
  const rating: Rating = { status: 'unpriced', reason: 'bad_usage', detail: fault, book, lines: [] }
  return { ...entry, units: NO_UNITS, rating }
}

/**
 * How an entry is to be rated by the books of another time; `undefined` where that would be more than
 * a ledger takes. Its usage is read again from the operation, as its span is gone.
 */
export function rateAgain(entry: Entry, books: Books): Rating | undefined {
  const { operation, labels, startTimeUnixNano } = entry
  const split = splitUsage(operation.usage)
  const startUnixMs = Number(startTimeUnixNano / 1_000_000n)
  const rating = rateOperation(operation, startUnixMs, books.of(labels['tenant']), split)
  return findFigureFault({ ...entry, units: unitsOf(split), rating }) === undefined
    ? rating
    : undefined
}

function toSpanFacts({ name, scope, attributes }: ScannedSpan): SpanFacts {
  return {
    name,
    scopeName: scope.name,
    scopeVersion: scope.version,
    attribute: (key) => attributes.get(key),
  }
}

type ReadLabels = (span: ScannedSpan, operation: Operation) => Labels

/** Labels in the order of their names, in which the ledger writes them. */
function createLabelReader(dimensions: readonly Dimension[]): ReadLabels {
  const sources: [name: string, read: (...from: Parameters<ReadLabels>) => string | undefined][] = [
    ['provider', (_, { provider }) => toLabel(provider)],
    ['model', (_, { responseModel, requestModel }) => toLabel(responseModel ?? requestModel)],
    ['operation', (_, { name }) => toLabel(name)],
    ['service', ({ resource }) => toLabel(resource.get(ATTR_SERVICE_NAME))],
  ]
  for (const dimension of dimensions) {
    sources.push([dimension.name, (span) => readDimension(span, dimension)])
  }
  sources.sort(([a], [b]) => (a < b ? -1 : 1))
  return (span, operation) => {
    const labels: Record<string, string> = {}
    for (const [name, read] of sources) {
      const label = read(span, operation)
      if (label !== undefined) labels[name] = label
    }
    return labels
  }
}

function readDimension(
  { attributes, scope, resource }: ScannedSpan,
  { from }: Dimension,
): string | undefined {
  for (const key of from) {
    const value = attributes.get(key) ?? scope.attributes.get(key) ?? resource.get(key)
    const label = toLabel(value)
    if (label !== undefined) return label
  }
  return undefined
}

/** Lists and empty texts are no labels. */
function toLabel(value: AttributeValue | undefined): string | undefined {
  if (value === undefined || typeof value === 'object' || value === '') return undefined
  const text = String(value)
  return (text.length > MAX_LABEL_LENGTH ? text.slice(0, MAX_LABEL_LENGTH) : text).toWellFormed()
}
