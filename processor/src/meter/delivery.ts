import type { Store } from '@spancost/ledger'
import type { Dimension } from '../config.ts'
import { readSnapshotJson, toSnapshotJson, type Snapshot, type SnapshotJson } from './delta.ts'

/**
 * How far the deltas of one exporter have got. It is written down in the ledger before points are
 * sent and after they were accepted, so that what is sent again is the same, over a restart too.
 */
export interface Delivery {
  /** Up to here, everything was accepted; the next points begin here. */
  readonly startUnixMs: number
  readonly accepted: Snapshot
  /** The dimensions that attribute sets were made with. */
  readonly dimensions: readonly Dimension[]
  /** Points that were sent, or were about to be, and of which no acceptance is known. */
  readonly pending?: {
    readonly endUnixMs: number
    readonly figures: Snapshot
    /** What is accepted with these points, by other dimensions, where those changed. */
    readonly renamed?: { readonly figures: Snapshot; readonly dimensions: readonly Dimension[] }
  }
  /** Of several processors on one ledger, the one that may send, and until when. */
  readonly lease?: { readonly holder: string; readonly untilUnixMs: number }
}

export interface Deliveries {
  /** What is written down; `undefined` where this exporter is new to the ledger. */
  load(): Promise<Delivery | undefined>
  /** `false`: another processor wrote since it was loaded, and nothing was changed. */
  save(delivery: Delivery): Promise<boolean>
}

/** `name` tells exporters of one ledger apart. */
export function createDeliveries(store: Store, name: string): Deliveries {
  let version = 0
  return {
    async load() {
      const note = await store.readNote(name)
      version = note?.version ?? 0
      return note === undefined ? undefined : readDelivery(note.text)
    },
    async save(delivery) {
      const isWritten = await store.writeNote(name, writeDelivery(delivery), version)
      if (isWritten) version += 1
      return isWritten
    },
  }
}

interface DeliveryJson extends Omit<Delivery, 'accepted' | 'pending'> {
  readonly accepted: SnapshotJson
  readonly pending?: {
    readonly endUnixMs: number
    readonly figures: SnapshotJson
    readonly renamed?: { readonly figures: SnapshotJson; readonly dimensions: readonly Dimension[] }
  }
}

function writeDelivery({ accepted, pending, ...rest }: Delivery): string {
  const json: DeliveryJson = {
    ...rest,
    accepted: toSnapshotJson(accepted),
    ...(pending !== undefined && {
      pending: {
        endUnixMs: pending.endUnixMs,
        figures: toSnapshotJson(pending.figures),
        ...(pending.renamed !== undefined && {
          renamed: { ...pending.renamed, figures: toSnapshotJson(pending.renamed.figures) },
        }),
      },
    }),
  }
  return JSON.stringify(json)
}

function readDelivery(text: string): Delivery {
  const { accepted, pending, ...rest } = JSON.parse(text) as DeliveryJson
  return {
    ...rest,
    accepted: readSnapshotJson(accepted),
    ...(pending !== undefined && {
      pending: {
        endUnixMs: pending.endUnixMs,
        figures: readSnapshotJson(pending.figures),
        ...(pending.renamed !== undefined && {
          renamed: { ...pending.renamed, figures: readSnapshotJson(pending.renamed.figures) },
        }),
      },
    }),
  }
}
