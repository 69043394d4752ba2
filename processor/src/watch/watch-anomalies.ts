import type { Store } from '@spancost/ledger'
import type { Logger } from 'pino'
import { updateAlerts, type AlertRules, type Sign } from './alerts.ts'
import {
  ANOMALY_LOOKOUT,
  listCostSigns,
  listModelSigns,
  listOperationSigns,
  listSilenceSigns,
  listUnpricedSigns,
  type AnomalyKind,
  type LookedAt,
} from './anomaly-signs.ts'
import { updateMemory } from './anomaly-memory.ts'
import { createOperationCosts, type OperationCosts } from './operation-costs.ts'
import type { Tell } from './tell.ts'
import { HOUR_MS, readUsual, sumFeeds } from './usual.ts'

export interface AnomalyOptions {
  readonly watch: readonly AnomalyKind[]
  /** Labels; each combination of their values is a feed of its own. None: everything is one. */
  readonly by: readonly string[]
  /** What an hour, and an operation, has to cost to be worth a word. */
  readonly hourFloorAtto: bigint
  readonly operationFloorAtto: bigint
  /** Whose clock tells which hours are alike. */
  readonly zone: string
  readonly intervalMs: number
}

export interface AnomalyEyes {
  readonly onRecorded: OperationCosts['onRecorded']
  /** What looks wrong at a moment, and what no longer does. */
  look(nowUnixMs: number): Promise<readonly Sign[]>
}

/**
 * Looks at the hour under way and the one before. What is usual is read once an hour; the rest of a
 * look is one question about two hours.
 */
export function createAnomalyEyes(
  store: Store,
  options: AnomalyOptions,
  now: () => number = Date.now,
): AnomalyEyes {
  const { by, zone, watch, hourFloorAtto } = options
  const costs = createOperationCosts(by, options.operationFloorAtto, now)
  const watched = new Set(watch)
  let usual: readonly Omit<LookedAt, 'feeds'>[] = []

  /** The hour under way, and the one before. */
  async function readHours(nowUnixMs: number): Promise<readonly LookedAt[]> {
    const hour = Math.floor(nowUnixMs / HOUR_MS) * HOUR_MS
    if (usual[0]?.hourUnixMs !== hour) {
      const before = usual.find(({ hourUnixMs }) => hourUnixMs === hour - HOUR_MS)
      usual = [
        { hourUnixMs: hour, usual: await readUsual(store, by, zone, hour) },
        before ?? {
          hourUnixMs: hour - HOUR_MS,
          usual: await readUsual(store, by, zone, hour - HOUR_MS),
        },
      ]
    }
    const hours: LookedAt[] = []
    for (const each of usual) {
      const { hourUnixMs } = each
      const range = { fromUnixMs: hourUnixMs, toUnixMs: hourUnixMs + HOUR_MS }
      hours.push({ ...each, feeds: sumFeeds(await store.spend({ by, ...range }), by) })
    }
    return hours
  }

  return {
    onRecorded: watched.has('operation') ? costs.onRecorded : () => undefined,
    async look(nowUnixMs) {
      const models = await updateMemory(store, costs, nowUnixMs)
      const hours = await readHours(nowUnixMs)
      const [present] = hours
      return [
        ...(watched.has('cost') ? listCostSigns(hours, by, hourFloorAtto) : []),
        ...(watched.has('unpriced') ? listUnpricedSigns(hours, by) : []),
        ...(watched.has('silence') && present ? listSilenceSigns(present, by, nowUnixMs) : []),
        ...(watched.has('operation') ? listOperationSigns(costs.read(nowUnixMs), by) : []),
        ...(watched.has('model') ? listModelSigns(models) : []),
      ]
    },
  }
}

/** Looks now and then, and tells people what it sees. */
export function watchAnomalies(watching: {
  readonly eyes: AnomalyEyes
  readonly store: Store
  readonly tell: Tell
  readonly rules: AlertRules
  readonly log: Logger
  readonly intervalMs: number
}) {
  const { eyes, store, tell, rules, log, intervalMs } = watching
  let pass: Promise<void> | undefined

  async function look(): Promise<void> {
    const nowMs = Date.now()
    const signs = await eyes.look(nowMs)
    const { due, changes } = await updateAlerts(signs, ANOMALY_LOOKOUT, store, rules, nowMs)
    for (const notice of changes) log.info({ event: 'spancost.anomaly', ...notice }, notice.title)
    await tell(due, ANOMALY_LOOKOUT)
  }

  function run(): void {
    pass ??= look()
      .catch((error: unknown) => log.error({ err: error }, 'anomalies could not be looked for'))
      .finally(() => {
        pass = undefined
      })
  }

  const timer = setInterval(run, intervalMs)
  timer.unref()
  run()
  return {
    async stop(): Promise<void> {
      clearInterval(timer)
      await pass
    },
  }
}
