import { ATTR_SERVICE_NAME } from '@opentelemetry/semantic-conventions'
import { KEYS, MARKS, recognize, splitUsage, type SpanFacts } from '@spancost/genai'
import { findEntryFault, type Entry, type Labels } from '@spancost/ledger'
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

/**
 * Recognizes and rates one span. `undefined`: it stands for no GenAI operation, or it has no valid
 * ids; without them a retry could not be told from a new call, so it passes on unpriced.
 */
export function readEntry(
  span: ScannedSpan,
  books: Books,
  dimensions: readonly Dimension[],
): Entry | undefined {
  const { traceId, spanId, startTimeUnixNano } = span
  if (traceId === '' || spanId === '') return undefined
  const operation = recognize(toSpanFacts(span))
  if (operation === undefined) return undefined
  const split = splitUsage(operation.usage)
  const startUnixMs = Number(startTimeUnixNano / 1_000_000n)
  const model = operation.responseModel ?? operation.requestModel
  const ownLabels = readDimensions(span, dimensions)
  const book = books.of(ownLabels['tenant'])
  const entry: Entry = {
    traceId,
    spanId,
    parentSpanId: span.parentSpanId,
    spanName: span.name,
    startTimeUnixNano,
    endTimeUnixNano: span.endTimeUnixNano,
    operation,
    units: split.kind === 'units' ? split.units : new Map(),
    rating: rateOperation(operation, startUnixMs, book),
    labels: {
      ...label('provider', operation.provider),
      ...label('model', model),
      ...label('operation', operation.name),
      ...label('service', span.resource.get(ATTR_SERVICE_NAME)),
      ...ownLabels,
    },
    ...readHold(span),
  }
  const fault = findEntryFault(entry)
  return fault === undefined ? entry : withoutFigures(entry, fault)
}

function readHold(span: ScannedSpan): Pick<Entry, 'holdId'> {
  const holdId = span.attributes.get(HOLD_KEY)
  const isHold = typeof holdId === 'string' && holdId !== '' && holdId.length <= MAX_HOLD_ID_LENGTH
  return isHold ? { holdId } : {}
}

/**
 * An entry whose figures the ledger would refuse (a trillion tokens) is written without them: a
 * refusal would send the whole request back, again and again, for the sake of one span.
 */
function withoutFigures(entry: Entry, fault: string): Entry {
  const { book } = entry.rating
  const rating: Rating = { status: 'unpriced', reason: 'bad_usage', detail: fault, book, lines: [] }
  return { ...entry, units: new Map(), rating }
}

/**
 * How an entry is to be rated by the books of another time; `undefined` where that would be more than
 * a ledger takes. Its usage is read again from the operation, as its span is gone.
 */
export function rateAgain(entry: Entry, books: Books): Rating | undefined {
  const { operation, labels, startTimeUnixNano } = entry
  const split = splitUsage(operation.usage)
  const units = split.kind === 'units' ? split.units : new Map()
  const startUnixMs = Number(startTimeUnixNano / 1_000_000n)
  const rating = rateOperation(operation, startUnixMs, books.of(labels['tenant']))
  return findEntryFault({ ...entry, units, rating }) === undefined ? rating : undefined
}

function toSpanFacts({ name, scope, attributes }: ScannedSpan): SpanFacts {
  return {
    name,
    scopeName: scope.name,
    scopeVersion: scope.version,
    attribute: (key) => attributes.get(key),
  }
}

function readDimensions(span: ScannedSpan, dimensions: readonly Dimension[]): Labels {
  const labels: Record<string, string> = {}
  const { attributes, scope, resource } = span
  for (const { name, from } of dimensions) {
    for (const key of from) {
      const value = attributes.get(key) ?? scope.attributes.get(key) ?? resource.get(key)
      const found = label(name, value)[name]
      if (found === undefined) continue
      labels[name] = found
      break
    }
  }
  return labels
}

/** Lists and empty texts are no labels. */
function label(name: string, value: AttributeValue | undefined): Labels {
  if (value === undefined || typeof value === 'object' || value === '') return {}
  return { [name]: String(value).slice(0, MAX_LABEL_LENGTH).toWellFormed() }
}
