import { stepAlert, type Alert } from '@spancost/budget'
import type { Store } from '@spancost/ledger'
import { LEVELS, trimNotice, type Notice, type NoticeLevel } from './notice.ts'

/** What is over is remembered for so long, so that what flickers is not told again and again. */
const FORGET_AFTER_MS = 24 * 3_600_000

/** An event is told of for so long. */
const EVENT_MS = 3_600_000

/** Beyond these, further signs are not watched. */
const MAX_ALERTS = 10_000

type Alerts = Record<string, Alert>

/** Something that may be wrong, such as a threshold of a budget in one window. */
export interface Sign {
  readonly key: string
  readonly isWrong: boolean
  readonly level: NoticeLevel
  /** It has happened, and does not last: it is told once, and never that it is over. */
  readonly isEvent?: boolean
  /** What people are told of it, as it is now. */
  describe(): Description
}

type Description = Pick<Notice, 'title' | 'text' | 'facts' | 'budgetId' | 'owner'>

/** Signs of one kind. */
export interface Lookout {
  /** The note that their alerts are kept in, so that a restart tells nobody twice. */
  readonly note: string
  /**
   * What people are told of an open alert that nobody looks at any more. `undefined`: it was an
   * event, which is over after an hour, without a word.
   */
  describeGone(key: string): Description | undefined
}

/** Of all lookouts; the second is that of keys that begin with `anomaly/`. */
const NOTES = ['alerts', 'anomalies'] as const

export interface AlertRules {
  readonly repeatAfterMs?: number
  /** Whether people are to be left alone at this moment. */
  isQuiet(unixMs: number): boolean
}

export interface Told {
  readonly notices: readonly Notice[]
  /** Signs that have become wrong or are no longer, told or not: the log has every one. */
  readonly changes: readonly Notice[]
}

/**
 * Looks at all signs, writes down what people are told, and answers with it. Of several processors
 * on one ledger, the one that writes first tells; the others answer with nothing.
 */
export async function updateAlerts(
  signs: readonly Sign[],
  { note: name, describeGone }: Lookout,
  store: Store,
  rules: AlertRules,
  nowUnixMs: number,
): Promise<Told> {
  const note = await store.readNote(name)
  const before = note === undefined ? {} : (JSON.parse(note.text) as Alerts)
  const after: Alerts = {}
  const notices: Notice[] = []
  const changes: Notice[] = []
  for (const sign of signs.slice(0, MAX_ALERTS)) {
    const { repeatAfterMs } = rules
    const step = stepAlert(before[sign.key], {
      isWrong: sign.isWrong,
      nowUnixMs,
      isQuiet: rules.isQuiet(nowUnixMs) && !isUrgent(sign.level),
      ...(repeatAfterMs !== undefined && !sign.isEvent && { repeatAfterMs }),
    })
    if (step === undefined) continue
    after[sign.key] = step.alert
    const notice = writeNotice(sign, step.alert, nowUnixMs)
    if (isOpen(before[sign.key]) !== sign.isWrong) changes.push(notice)
    if (step.tell !== undefined) notices.push(notice)
  }
  for (const [key, alert] of Object.entries(before)) {
    if (key in after) continue
    const over = closeOld(key, alert, describeGone, nowUnixMs)
    if (over.keep !== undefined) after[key] = over.keep
    if (over.notice !== undefined) {
      notices.push(over.notice)
      changes.push(over.notice)
    }
  }
  const text = JSON.stringify(after)
  if (text === JSON.stringify(before)) return { notices, changes }
  const isOurs = await store.writeNote(name, text, note?.version ?? 0)
  return isOurs ? { notices, changes } : { notices: [], changes: [] }
}

function isUrgent(level: NoticeLevel): boolean {
  return LEVELS.indexOf(level) >= LEVELS.indexOf('critical')
}

/** Marks alerts as not told, after nobody could be reached: the next look tells again. */
export async function forgetTold(
  keys: readonly string[],
  { note: name }: Pick<Lookout, 'note'>,
  store: Store,
): Promise<void> {
  const note = await store.readNote(name)
  if (note === undefined) return
  const alerts = JSON.parse(note.text) as Alerts
  for (const key of keys) {
    const { toldUnixMs: _, ...alert } = alerts[key] ?? { sinceUnixMs: 0 }
    if (key in alerts) alerts[key] = alert
  }
  await store.writeNote(name, JSON.stringify(alerts), note.version)
}

/** Says that somebody knows, or wants to hear of it later. `false`: there is no such alert. */
export async function editAlert(
  key: string,
  edit: Pick<Alert, 'acknowledgedBy'> | Pick<Alert, 'snoozedUntilUnixMs'>,
  store: Store,
): Promise<boolean> {
  const name = NOTES[key.startsWith('anomaly/') ? 1 : 0]
  for (;;) {
    const note = await store.readNote(name)
    const alerts = note === undefined ? {} : (JSON.parse(note.text) as Alerts)
    const alert = alerts[key]
    if (alert === undefined) return false
    const text = JSON.stringify({ ...alerts, [key]: { ...alert, ...edit } })
    if (await store.writeNote(name, text, note?.version ?? 0)) return true
  }
}

/** What is known of alerts, by key. */
export async function readAlerts(store: Store): Promise<Readonly<Record<string, Alert>>> {
  const notes = await Promise.all(NOTES.map((name) => store.readNote(name)))
  const read = notes.map((note) => (note === undefined ? {} : (JSON.parse(note.text) as Alerts)))
  return Object.assign({}, ...read) as Alerts
}

function isOpen(alert: Alert | undefined): boolean {
  return alert !== undefined && alert.resolvedUnixMs === undefined
}

/** Of what nobody looks at any more: told once that it is over, then forgotten. */
function closeOld(
  key: string,
  alert: Alert,
  describeGone: Lookout['describeGone'],
  nowUnixMs: number,
): { readonly keep?: Alert; readonly notice?: Notice } {
  const { resolvedUnixMs, sinceUnixMs } = alert
  if (resolvedUnixMs !== undefined) {
    return nowUnixMs - resolvedUnixMs > FORGET_AFTER_MS ? {} : { keep: alert }
  }
  const keep = { ...alert, resolvedUnixMs: nowUnixMs }
  const gone = describeGone(key)
  // Another processor may have seen the event, and still tell of it.
  if (gone === undefined && nowUnixMs - sinceUnixMs < EVENT_MS) return { keep: alert }
  if (gone === undefined || alert.toldUnixMs === undefined) return { keep }
  const about = {
    key,
    status: 'resolved',
    level: 'info',
    atUnixMs: nowUnixMs,
    sinceUnixMs,
  } as const
  return { keep, notice: trimNotice({ ...about, ...gone }) }
}

function writeNotice(sign: Sign, { sinceUnixMs }: Alert, atUnixMs: number): Notice {
  const { key, isWrong, level } = sign
  const status = isWrong ? 'firing' : 'resolved'
  return trimNotice({ key, status, level, atUnixMs, sinceUnixMs, ...sign.describe() })
}
