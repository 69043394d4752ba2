import { stepAlert, type Alert, type Threshold } from '@spancost/budget'
import type { Store, StoredBudget } from '@spancost/ledger'
import { formatAmount } from '@spancost/pricing'
import type { Standing } from '../budgets/standing.ts'
import { trimNotice, type Notice } from './notice.ts'
import { levelOf } from './threshold-level.ts'

/** The note that alerts are kept in, so that a restart tells nobody twice. */
const NOTE = 'alerts'

/** What is over is remembered for so long, so that what flickers is not told again and again. */
const FORGET_AFTER_MS = 24 * 3_600_000

/** Beyond these, further thresholds are not watched; the log says so. */
const MAX_ALERTS = 10_000

type Alerts = Record<string, Alert>

/** One threshold of one counter in one window. */
interface Watched {
  readonly key: string
  readonly isWrong: boolean
  readonly threshold: Threshold
  readonly stored: StoredBudget
  readonly standing: Standing
}

export interface AlertRules {
  readonly repeatAfterMs?: number
  /** Whether people are to be left alone at this moment. */
  isQuiet(unixMs: number): boolean
}

export interface Told {
  readonly notices: readonly Notice[]
  /** Thresholds that were passed or are no longer, told or not: the log has every one. */
  readonly changes: readonly Notice[]
}

/**
 * Looks at all thresholds, writes down what people are told, and answers with it. Of several
 * processors on one ledger, the one that writes first tells; the others answer with nothing.
 */
export async function updateAlerts(
  standings: readonly (readonly [StoredBudget, readonly Standing[]])[],
  store: Store,
  rules: AlertRules,
  nowUnixMs: number,
): Promise<Told> {
  const note = await store.readNote(NOTE)
  const before = note === undefined ? {} : (JSON.parse(note.text) as Alerts)
  const after: Alerts = {}
  const notices: Notice[] = []
  const changes: Notice[] = []
  const watched = listWatched(standings).slice(0, MAX_ALERTS)
  for (const each of watched) {
    const isQuiet = rules.isQuiet(nowUnixMs) && levelOf(each.threshold) !== 'critical'
    const { repeatAfterMs } = rules
    const step = stepAlert(before[each.key], {
      isWrong: each.isWrong,
      nowUnixMs,
      isQuiet,
      ...(repeatAfterMs !== undefined && { repeatAfterMs }),
    })
    if (step === undefined) continue
    after[each.key] = step.alert
    const wasWrong = isOpen(before[each.key])
    const notice = writeNotice(each, step.alert, nowUnixMs)
    if (wasWrong !== each.isWrong) changes.push(notice)
    if (step.tell !== undefined) notices.push(notice)
  }
  for (const [key, alert] of Object.entries(before)) {
    if (key in after) continue
    const over = closeOld(key, alert, nowUnixMs)
    if (over.keep !== undefined) after[key] = over.keep
    if (over.notice !== undefined) {
      notices.push(over.notice)
      changes.push(over.notice)
    }
  }
  const text = JSON.stringify(after)
  if (text === JSON.stringify(before)) return { notices, changes }
  const isOurs = await store.writeNote(NOTE, text, note?.version ?? 0)
  return isOurs ? { notices, changes } : { notices: [], changes: [] }
}

/** Marks alerts as not told, after nobody could be reached: the next look tells again. */
export async function forgetTold(keys: readonly string[], store: Store): Promise<void> {
  const note = await store.readNote(NOTE)
  if (note === undefined) return
  const alerts = JSON.parse(note.text) as Alerts
  for (const key of keys) {
    const { toldUnixMs: _, ...alert } = alerts[key] ?? { sinceUnixMs: 0 }
    if (key in alerts) alerts[key] = alert
  }
  await store.writeNote(NOTE, JSON.stringify(alerts), note.version)
}

/** Says that somebody knows, or wants to hear of it later. `false`: there is no such alert. */
export async function editAlert(
  key: string,
  edit: Pick<Alert, 'acknowledgedBy'> | Pick<Alert, 'snoozedUntilUnixMs'>,
  store: Store,
): Promise<boolean> {
  for (;;) {
    const note = await store.readNote(NOTE)
    const alerts = note === undefined ? {} : (JSON.parse(note.text) as Alerts)
    const alert = alerts[key]
    if (alert === undefined) return false
    const text = JSON.stringify({ ...alerts, [key]: { ...alert, ...edit } })
    if (await store.writeNote(NOTE, text, note?.version ?? 0)) return true
  }
}

/** What is known of alerts, by key. */
export async function readAlerts(store: Store): Promise<Readonly<Record<string, Alert>>> {
  const note = await store.readNote(NOTE)
  return note === undefined ? {} : (JSON.parse(note.text) as Alerts)
}

function listWatched(
  standings: readonly (readonly [StoredBudget, readonly Standing[]])[],
): Watched[] {
  return standings.flatMap(([stored, each]) =>
    each.flatMap((standing) =>
      stored.budget.thresholds.map((threshold) => ({
        key: keyOf(stored, standing, threshold),
        isWrong: standing.assessment.passed.includes(threshold),
        threshold,
        stored,
        standing,
      })),
    ),
  )
}

function keyOf({ budget }: StoredBudget, { key, window }: Standing, threshold: Threshold): string {
  const who = key === '' ? '' : `/${encodeURIComponent(key)}`
  return `budget/${budget.id}${who}/${window.id}/${threshold.of}/${threshold.percent}`
}

function isOpen(alert: Alert | undefined): boolean {
  return alert !== undefined && alert.resolvedUnixMs === undefined
}

/** Of a window that is over, or a budget that is gone: told once that it is, then forgotten. */
function closeOld(
  key: string,
  alert: Alert,
  nowUnixMs: number,
): { readonly keep?: Alert; readonly notice?: Notice } {
  const { resolvedUnixMs } = alert
  if (resolvedUnixMs !== undefined) {
    return nowUnixMs - resolvedUnixMs > FORGET_AFTER_MS ? {} : { keep: alert }
  }
  const keep = { ...alert, resolvedUnixMs: nowUnixMs }
  if (alert.toldUnixMs === undefined) return { keep }
  const [, budgetId = ''] = key.split('/')
  const notice = trimNotice({
    key,
    status: 'resolved',
    level: 'info',
    title: `Budget ${budgetId}: the window is over`,
    text: `A new window has begun, or the budget is gone.`,
    facts: [],
    atUnixMs: nowUnixMs,
    sinceUnixMs: alert.sinceUnixMs,
    budgetId,
  })
  return { keep, notice }
}

function writeNotice(
  { key, isWrong, threshold, stored, standing }: Watched,
  { sinceUnixMs }: Alert,
  atUnixMs: number,
): Notice {
  const { budget } = stored
  const { assessment, window, unpriced } = standing
  const show = (amount: bigint) =>
    budget.limit.measure === 'cost'
      ? `${formatAmount(amount)} USD`
      : `${amount} ${budget.limit.measure}`
  const who = standing.key === '' ? '' : ` for ${(JSON.parse(standing.key) as string[]).join(', ')}`
  const what = threshold.of === 'spent' ? 'is used to' : 'is forecast to reach'
  const { owner } = budget
  return trimNotice({
    key,
    status: isWrong ? 'firing' : 'resolved',
    level: levelOf(threshold),
    title: isWrong
      ? `Budget ${budget.name}${who} ${what} ${threshold.percent} %`
      : `Budget ${budget.name}${who} is below ${threshold.percent} % again`,
    text: `${show(assessment.spent)} of ${show(assessment.limit)} are spent in ${window.id}.`,
    facts: [
      { name: 'spent', value: show(assessment.spent) },
      { name: 'limit', value: show(assessment.limit) },
      { name: 'held', value: show(assessment.held) },
      ...(assessment.forecast === undefined
        ? []
        : [{ name: 'forecast', value: show(assessment.forecast) }]),
      ...(unpriced === 0n ? [] : [{ name: 'operations without a price', value: `${unpriced}` }]),
      { name: 'window', value: window.id },
      ...(owner === undefined ? [] : [{ name: 'owner', value: owner }]),
    ],
    atUnixMs,
    sinceUnixMs,
    budgetId: budget.id,
    ...(owner !== undefined && { owner }),
  })
}
