import { createHash } from 'node:crypto'
import { realpath } from 'node:fs/promises'
import type { Entry, Relative, Store } from '@spancost/ledger'
import type { Dimension } from '../config.ts'
import { createEntryReader, createScanKeys } from '../entries.ts'
import type { Books } from '../open-book.ts'
import { createRelativeReader } from '../relatives.ts'
import { openFile, type OpenFile } from './otlp-files/open-file.ts'
import { readSpans, type Taken } from './otlp-files/read-spans.ts'

/** What an import writes to, and how spans become entries. */
export interface ImportTarget {
  readonly store: Store
  readonly books: Books
  readonly dimensions: readonly Dimension[]
}

/** What became of a file, so far. */
export interface ImportCounts {
  /** Requests, or lines, that were read now. */
  requests: number
  /** GenAI operations in them. */
  operations: number
  /** How many of these the ledger did not have. */
  recorded: number
  /** Requests that are none. */
  bad: number
}

export interface ImportHooks {
  /** A request that cannot be read; `false`: stop there. */
  onBad(name: string, reason: string): Promise<boolean>
  onProgress(file: OpenFile, counts: ImportCounts): Promise<void>
  /** Asked between two requests. */
  isStopped(): boolean
}

export type Imported =
  | { readonly kind: 'done' | 'stopped'; readonly counts: ImportCounts; readonly resumedAt: number }
  | { readonly kind: 'failed'; readonly reason: string }

/** As many as a commit of the ledger takes; the next ones are read while it commits. */
const ENTRIES_PER_CALL = 1024

const NOTE_EVERY_MS = 2_000

/**
 * Reads a file into a ledger. Ids make each operation count once; how far the file was read is noted
 * in the ledger, after what was read is safe, so that a second run only reads what came since.
 * Memory is bounded by one request and two calls of entries.
 */
export async function importFile(
  path: string,
  target: ImportTarget,
  hooks: ImportHooks,
): Promise<Imported> {
  const file = await openFile(path)
  if (file.kind === 'failed') return file
  const progress = await openProgress(target.store, path)
  const read = await readInto(file, target, hooks, progress, progress.taken)
  if (read.kind !== 'changed') return read
  const again = await openFile(path)
  if (again.kind === 'failed') return again
  const anew = await readInto(again, target, hooks, progress)
  return anew.kind === 'changed' ? { kind: 'failed', reason: 'it changes while it is read' } : anew
}

async function readInto(
  file: OpenFile,
  { store, books, dimensions }: ImportTarget,
  hooks: ImportHooks,
  progress: Progress,
  taken?: Taken,
): Promise<Imported | { readonly kind: 'changed' }> {
  const { reader } = file
  const counts = { requests: 0, operations: 0, recorded: 0, bad: 0 }
  const writer = createWriter(store, progress, counts)
  const readEntries = createEntryReader(books, dimensions)
  const relatives = createRelativeReader()
  let kind: 'done' | 'stopped' = 'done'
  try {
    for await (const item of readSpans(reader, createScanKeys(dimensions), taken)) {
      if (item.kind === 'changed') return item
      if (item.kind === 'bad') {
        counts.bad += 1
        const mayGoOn = await hooks.onBad(item.name, item.reason)
        // Another run begins with it again: the file may have grown, or been mended.
        if (item.isEnd || !mayGoOn) kind = 'stopped'
        if (kind === 'stopped') break
      } else {
        counts.requests += 1
        const found = readEntries(item.scan.spans)
        const { relatives: others } = relatives.read({ ...item, found })
        writer.add(
          found.map(({ entry }) => entry),
          others,
        )
      }
      const { offset: bytes } = reader
      await writer.mark({ bytes, digest: reader.digest(), count: item.number })
      await hooks.onProgress(file, counts)
      if (hooks.isStopped()) kind = 'stopped'
      if (kind === 'stopped') break
    }
    await writer.finish()
    return { kind, counts, resumedAt: taken?.count ?? 0 }
  } finally {
    file.close()
  }
}

/** Collects entries into calls of the store; one is written while the next is collected. */
function createWriter(store: Store, progress: Progress, counts: ImportCounts) {
  let entries: Entry[] = []
  let relatives: Relative[] = []
  let last: Taken | undefined
  let writing: Promise<void> = Promise.resolve()
  let flushedMs = performance.now()

  async function write(
    batch: readonly Entry[],
    others: readonly Relative[],
    mark: Taken | undefined,
  ): Promise<void> {
    const recorded = await store.record(batch, others)
    counts.recorded += recorded.filter(({ outcome }) => outcome === 'recorded').length
    if (mark !== undefined) await progress.note(mark)
  }

  async function flush(): Promise<void> {
    await writing
    writing = write(entries, relatives, last)
    // It is awaited later; until then its failure must not end the process.
    writing.catch(() => {})
    entries = []
    relatives = []
  }

  return {
    add(more: readonly Entry[], others: readonly Relative[]): void {
      counts.operations += more.length
      entries.push(...more)
      relatives.push(...others)
    },
    /** All that was added came before this place. */
    async mark(place: Taken): Promise<void> {
      last = place
      const nowMs = performance.now()
      const isDue = nowMs - flushedMs > NOTE_EVERY_MS
      if (!isDue && entries.length + relatives.length < ENTRIES_PER_CALL) return
      flushedMs = nowMs
      await flush()
    },
    async finish(): Promise<void> {
      await flush()
      await writing
    },
  }
}

interface Progress {
  readonly taken: Taken | undefined
  note(mark: Taken): Promise<void>
}

/** How far a file was read is kept in the ledger that it was read into. */
async function openProgress(store: Store, path: string): Promise<Progress> {
  const whole = await realpath(path)
  const name = `import:${createHash('sha256').update(whole).digest('hex')}`
  const note = await store.readNote(name)
  let version = note?.version ?? 0
  return {
    taken: note && (JSON.parse(note.text) as Taken),
    async note(mark) {
      // Where another import of the same file was faster, its note stays: ids keep both right.
      if (await store.writeNote(name, JSON.stringify(mark), version)) version += 1
    },
  }
}
