import { linkTo } from '../address.ts'
import type { Alert, AlertsAnswer } from '../answers-budgets.ts'
import { readAlertKey } from '../quantity.ts'
import { useAnswer, usePost, useScope } from '../scope.ts'
import { writeInstant } from '../times.ts'
import { Badge } from '../parts/badge.tsx'
import { Panel } from '../parts/panel.tsx'
import { Posted } from '../parts/step.tsx'
import type { Page } from './page.ts'

/** What people were told, and who knows. */
export const alertsPage: Page = {
  path: 'alerts',
  title: 'Alerts',
  hasRange: false,
  isInMenu: true,
  render: () => <Alerts />,
}

const HOUR_MS = 3_600_000
const SNOOZES = [
  { text: '1 h', ms: HOUR_MS },
  { text: '8 h', ms: 8 * HOUR_MS },
  { text: '1 day', ms: 24 * HOUR_MS },
  { text: '1 week', ms: 7 * 24 * HOUR_MS },
]

function Alerts() {
  const asked = useAnswer<AlertsAnswer>('alerts')
  return (
    <Panel
      title="Alerts"
      asked={asked}
      aside="what is over is kept for a day"
      empty={({ alerts }) =>
        alerts.length === 0 ? 'No threshold of a budget has been passed.' : undefined
      }
    >
      {({ alerts }) => (
        <ul class="groups">
          {alerts.toSorted(compareAlerts).map((alert) => (
            <AlertItem key={alert.key} alert={alert} />
          ))}
        </ul>
      )}
    </Panel>
  )
}

/** What lasts comes first, the newest of it at the top. */
function compareAlerts(one: Alert, other: Alert): number {
  const isOver = (alert: Alert): number => (alert.resolved === undefined ? 0 : 1)
  return isOver(one) - isOver(other) || Date.parse(other.since) - Date.parse(one.since)
}

function AlertItem({ alert }: { readonly alert: Alert }) {
  const { zone } = useScope()
  const { since, told, resolved, acknowledgedBy, snoozedUntil } = alert
  const times = [
    ['since', since],
    ['told', told],
    ['over', resolved],
    ['snoozed until', snoozedUntil],
  ] as const
  return (
    <li>
      <h3 dir="auto">
        <Badge state={stateOf(alert)} /> <Subject alert={alert} />
      </h3>
      <p class="quiet">
        {times.map(([word, at]) =>
          at === undefined ? null : (
            <span key={word} class="still">
              {word} {writeInstant(at, zone)}{' '}
            </span>
          ),
        )}
        {told === undefined && <span>nobody was told yet</span>}
        {acknowledgedBy !== undefined && (
          <span>
            acknowledged by <bdi>{acknowledgedBy}</bdi>
          </span>
        )}
      </p>
      {resolved === undefined && <AlertSteps alert={alert} />}
    </li>
  )
}

function stateOf({ resolved, acknowledgedBy, snoozedUntil }: Alert): string {
  if (resolved !== undefined) return 'over'
  if (snoozedUntil !== undefined && Date.parse(snoozedUntil) > Date.now()) return 'snoozed'
  return acknowledgedBy === undefined ? 'open' : 'known'
}

/** It leads to the budget that it is about. */
function Subject({ alert: { key, title } }: { readonly alert: Alert }) {
  const { address } = useScope()
  const subject = readAlertKey(key)
  if (subject === undefined) return <>{title ?? key}</>
  const { budgetId, who, windowId, of, percent } = subject
  return (
    <>
      <a href={linkTo(address, `budgets/${encodeURIComponent(budgetId)}`)}>{budgetId}</a>
      {who.length > 0 && ` for ${who.join(', ')}`}:{' '}
      {of === 'forecast' ? 'forecast to reach' : 'reached'} {percent} % in{' '}
      <span class="still">{windowId.replace(':', ' ')}</span>
    </>
  )
}

function AlertSteps({ alert: { key, acknowledgedBy } }: { readonly alert: Alert }) {
  const posting = usePost()
  const path = `alerts/${encodeURIComponent(key)}`
  const snooze = (ms: number) => () => {
    const until = new Date(Date.now() + ms).toISOString()
    void posting.post(`${path}/snooze`, { until })
  }
  return (
    <Posted posting={posting}>
      <p class="buttons">
        {acknowledgedBy === undefined && (
          <button
            type="button"
            disabled={posting.isUnderWay}
            onClick={() => void posting.post(`${path}/acknowledge`, {})}
          >
            Acknowledge
          </button>
        )}
        <span class="quiet">Snooze for</span>
        {SNOOZES.map(({ text, ms }) => (
          <button key={text} type="button" disabled={posting.isUnderWay} onClick={snooze(ms)}>
            {text}
          </button>
        ))}
      </p>
    </Posted>
  )
}
