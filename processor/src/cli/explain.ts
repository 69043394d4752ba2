import { openSqliteStore, type Entry, type Standing, type Store } from '@spancost/ledger'
import { formatAmount } from '@spancost/pricing'
import { createEntryReader, createScanKeys } from '../entries.ts'
import { createRelativeReader } from '../relatives.ts'
import { openConfigured } from './config-source.ts'
import { writeLine } from './io.ts'
import { openFile } from './otlp-files/open-file.ts'
import { readSpans } from './otlp-files/read-spans.ts'
import { readFlags, UsageError, type Verb } from './verb.ts'

const MAX_TRACES_PER_STEP = 1_000

/** What a ledger answers at most. */
const MAX_ENTRIES_PER_TRACE = 100_000

/** Shows what the processor would make of spans that lie in files. Writes nothing anywhere. */
export const explain: Verb = {
  name: 'explain',
  summary: 'price the spans of OTLP files and say why',
  help: `Usage: spancost explain [--config FILE] FILE...

Reads OTLP trace requests in order, as if they had been received, and prints one JSON object per
span that is a GenAI operation, with the standing that it has in the end. A file has one
request, as protobuf or JSON, or many of them, as the Collector's file exporter writes them;
gzip and Zstandard too. Spans without valid ids are left out, as the processor passes them on
unpriced.

  --config FILE   for prices and dimensions; default: ./spancost.yaml
  --json          the default, and the only form`,
  async run(argv, io) {
    const flags = { config: { type: 'string' }, json: { type: 'boolean' } } as const
    const { values, positionals: files } = readFlags(argv, flags, { takesOperands: true })
    if (files.length === 0) throw new UsageError('a file is missing')
    const opened = await openConfigured(values.config, io)
    if (opened === undefined) return 1
    const { books, config } = opened
    const { dimensions } = config
    const keys = createScanKeys(dimensions)
    // The rule for what counts is the ledger's own, so a ledger applies it.
    const store = await openSqliteStore({ path: ':memory:' })
    const readEntries = createEntryReader(books, dimensions)
    const relatives = createRelativeReader()
    const entries: Entry[] = []
    let hasFailed = false
    const tellBad = async (...words: readonly string[]): Promise<void> => {
      hasFailed = true
      await writeLine(io.stderr, words.filter((word) => word !== '').join(': '))
    }
    for (const file of files) {
      const read = await openFile(file)
      if (read.kind === 'failed') {
        await tellBad(file, read.reason)
        continue
      }
      for await (const item of readSpans(read.reader, keys)) {
        if (item.kind === 'bad') {
          await tellBad(file, item.name, item.reason)
          break
        }
        if (item.kind === 'changed') break
        const found = readEntries(item.scan.spans)
        const { relatives: others } = relatives.read({ ...item, found })
        const told = found.map(({ entry }) => entry)
        await store.record(told, others)
        entries.push(...told)
      }
      read.close()
    }
    const standings = await findStandings(store, entries)
    for (const entry of entries) {
      await writeLine(io.stdout, toJson(entry, standings.get(keyOf(entry))!))
    }
    await store.close()
    return hasFailed ? 2 : 0
  },
}

/** What each is in the end, when nothing comes any more and what is held has been settled. */
async function findStandings(
  store: Store,
  entries: readonly Entry[],
): Promise<ReadonlyMap<string, Standing>> {
  const standings = new Map<string, Standing>()
  const everything = { beforeUnixMs: Date.now() + 1, limit: MAX_TRACES_PER_STEP }
  while (!(await store.settle(everything)).isDone);
  for (const traceId of new Set(entries.map((entry) => entry.traceId))) {
    const stored = await store.entries({ traceId, limit: MAX_ENTRIES_PER_TRACE })
    for (const entry of stored) standings.set(keyOf(entry), entry.standing)
  }
  return standings
}

function keyOf({ traceId, spanId }: Entry): string {
  return traceId + spanId
}

/** What a span may leave out is null, so that every object has the same members. */
function toJson({ traceId, spanId, operation, rating }: Entry, standing: Standing): string {
  return JSON.stringify({
    traceId,
    spanId,
    dialect: operation.dialect,
    operation: operation.name,
    provider: operation.provider ?? null,
    requestModel: operation.requestModel ?? null,
    responseModel: operation.responseModel ?? null,
    serviceTier: operation.serviceTier,
    usage: operation.usage,
    inclusive: operation.inclusive ?? null,
    standing,
    status: rating.status,
    usd: rating.costAtto === undefined ? undefined : formatAmount(rating.costAtto),
    reason: rating.reason,
    card: rating.card,
  })
}
