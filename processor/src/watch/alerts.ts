import { stepAlert, type Alert } from '@spancost/budget'
import type { Note, Store } from '@spancost/ledger'
import { LEVELS, trimNotice, type Notice, type NoticeLevel } from './notice.ts'

/** What is over is remembered for so long, so that what flickers is not told again and again. */
const FORGET_AFTER_MS = 24 * 3_600_000

/** An event is told of for so long. */
const EVENT_MS = 3_600_000

/** Beyond these, further signs are not watched. */
const MAX_ALERTS = 10_000

type Alerts = Record<string, Alert>

/** A notice that some channels still have to get. */
export interface Owed {
  readonly notice: Notice
  /** Names of channels. */
  readonly channels: readonly string[]
  /** Until then whoever took it tells; afterwards it is taken up by the next look. */
  readonly takenUntilUnixMs: number
  /** How often it was taken. */
  readonly tries: number
}

/** What is kept in a lookout's note. */
interface Kept {
  readonly alerts: Alerts
  readonly owed: readonly Owed[]
}

/** How long telling may last; what is owed again and again waits for twice as long each time. */
export const TELL_WITHIN_MS = 2 * 60_000
const LONGEST_WAIT_MS = 3_600_000

/** What nobody could be told for a day is dropped, and the oldest beyond these. */
const MAX_OWED = 1_000

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
  /** The names of the channels that a notice goes to. */
  channelsOf(notice: Notice): readonly string[]
}

export interface Told {
  /** What is told now for the first time. */
  readonly notices: readonly Notice[]
  /** What channels are to be given now: the notices, and what others did not come to tell. */
  readonly due: readonly Owed[]
  /** Signs that have become wrong or are no longer, told or not: the log has every one. */
  readonly changes: readonly Notice[]
}

/**
 * Looks at all signs, writes down what people are owed, and answers with it. Of several processors
 * on one ledger, the one that writes first tells; the others answer with nothing. What it does not
 * come to tell, as it is killed, stays owed, and is told by a later look.
 */
export async function updateAlerts(
  signs: readonly Sign[],
  { note: name, describeGone }: Lookout,
  store: Store,
  rules: AlertRules,
  nowUnixMs: number,
): Promise<Told> {
  const note = await store.readNote(name)
  const { alerts: before, owed } = readKept(note)
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
  const fresh = notices.map((notice) => ({ notice, channels: rules.channelsOf(notice) }))
  const { due, waiting } = takeUp(owed, fresh, nowUnixMs)
  const text = JSON.stringify({ alerts: after, owed: [...waiting, ...due].slice(-MAX_OWED) })
  if (text === JSON.stringify({ alerts: before, owed })) return { notices, due, changes }
  const isOurs = await store.writeNote(name, text, note?.version ?? 0)
  return isOurs ? { notices, due, changes } : { notices: [], due: [], changes: [] }
}

function readKept(note: Note | undefined): Kept {
  return note === undefined ? { alerts: {}, owed: [] } : (JSON.parse(note.text) as Kept)
}

/** Takes what is new, and what nobody tells any more. */
function takeUp(
  owed: readonly Owed[],
  fresh: readonly Pick<Owed, 'notice' | 'channels'>[],
  nowUnixMs: number,
): { readonly due: readonly Owed[]; readonly waiting: readonly Owed[] } {
  const take = (each: Pick<Owed, 'notice' | 'channels'>, tries: number): Owed => {
    const waitMs = Math.min(TELL_WITHIN_MS * 2 ** (tries - 1), LONGEST_WAIT_MS)
    const { notice, channels } = each
    return { notice, channels, takenUntilUnixMs: nowUnixMs + waitMs, tries }
  }
  const young = owed.filter(({ notice }) => nowUnixMs - notice.atUnixMs < FORGET_AFTER_MS)
  const overdue = young.filter(({ takenUntilUnixMs }) => takenUntilUnixMs <= nowUnixMs)
  return {
    waiting: young.filter((each) => !overdue.includes(each)),
    due: [
      ...overdue.map((each) => take(each, each.tries + 1)),
      ...fresh.filter(({ channels }) => channels.length > 0).map((each) => take(each, 1)),
    ],
  }
}

/** Strikes out what channels were given: of each notice, the names of those that have it now. */
export async function settleOwed(
  given: readonly Pick<Owed, 'notice' | 'channels'>[],
  { note: name }: Pick<Lookout, 'note'>,
  store: Store,
): Promise<void> {
  const done = new Map(given.map(({ notice, channels }) => [idOf(notice), channels]))
  for (;;) {
    const note = await store.readNote(name)
    const { alerts, owed } = readKept(note)
    const left = owed.flatMap((each) => {
      const having = done.get(idOf(each.notice)) ?? []
      const channels = each.channels.filter((channel) => !having.includes(channel))
      return channels.length === 0 ? [] : [{ ...each, channels }]
    })
    const text = JSON.stringify({ alerts, owed: left })
    if (await store.writeNote(name, text, note?.version ?? 0)) return
  }
}

function idOf({ key, status, atUnixMs }: Notice): string {
  return `${key}/${status}/${atUnixMs}`
}

function isUrgent(level: NoticeLevel): boolean {
  return LEVELS.indexOf(level) >= LEVELS.indexOf('critical')
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
    const { alerts, owed } = readKept(note)
    const alert = alerts[key]
    if (alert === undefined) return false
    const text = JSON.stringify({ alerts: { ...alerts, [key]: { ...alert, ...edit } }, owed })
    if (await store.writeNote(name, text, note?.version ?? 0)) return true
  }
}

/** What is known of alerts, by key. */
export async function readAlerts(store: Store): Promise<Readonly<Record<string, Alert>>> {
  const notes = await Promise.all(NOTES.map((name) => store.readNote(name)))
  return Object.assign({}, ...notes.map((note) => readKept(note).alerts)) as Alerts
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
