import { readInstant } from '../instant.ts'
import { ASK_FLAGS, ASK_HELP, askApi, postApi } from './ask-api.ts'
import { writeLine, type ExitCode, type Io } from './io.ts'
import { formatTable } from './table.ts'
import { readFlags, UsageError, type Verb } from './verb.ts'

const FLAGS = {
  ...ASK_FLAGS,
  until: { type: 'string' },
  all: { type: 'boolean' },
  json: { type: 'boolean' },
} as const

type Flags = ReturnType<typeof readFlags<typeof FLAGS>>['values']

/** What people were told, and that somebody knows. */
export const alerts: Verb = {
  name: 'alerts',
  summary: 'what people were told; acknowledge and snooze it',
  help: `Usage: spancost alerts list [--all] [--json]
       spancost alerts acknowledge KEY
       spancost alerts snooze KEY --until INSTANT

Of what is acknowledged nobody is told again, apart from its end; of what is snoozed, not before the
instant. Who acknowledges is known by the token in SPANCOST_TOKEN.

  --until INSTANT  such as 2026-12-01 or 2026-12-01T16:00Z
  --all            those that are over, too
  --json           what the API answers
${ASK_HELP}`,
  async run(argv, io) {
    const { values, positionals } = readFlags(argv, FLAGS, { takesOperands: true })
    const [action = '', key, ...more] = positionals
    if (more.length > 0) throw new UsageError(`one at a time; what is "${more[0]}"?`)
    if (action === 'list' && key === undefined) return listAlerts(values, io)
    if (action !== 'acknowledge' && action !== 'snooze') {
      throw new UsageError(`unknown: alerts ${action}; known: list, acknowledge, snooze`)
    }
    if (key === undefined) throw new UsageError(`${action}: which? \`list\` shows their keys`)
    const path = `/api/v1/alerts/${encodeURIComponent(key)}/${action}`
    const body = action === 'snooze' ? { until: readUntil(values) } : {}
    const asked = await postApi(path, body, values, io)
    if (asked.kind === 'failed') return asked.code
    await writeLine(io.stdout, values.json ? asked.text : `${key}: ${action}d`)
    return 0
  },
}

function readUntil({ until }: Flags): string {
  if (until === undefined) throw new UsageError('snooze: --until is missing')
  const unixMs = readInstant(until)
  if (unixMs === undefined) {
    throw new UsageError(`--until: "${until}" is no instant such as 2026-12-01T16:00Z`)
  }
  return new Date(unixMs).toISOString()
}

interface ShownAlert {
  readonly key: string
  readonly since: string
  readonly told?: string
  readonly resolved?: string
  readonly acknowledgedBy?: string
  readonly snoozedUntil?: string
}

const COLUMNS = (['alert', 'since', 'told', 'over', 'known to', 'snoozed until'] as const).map(
  (name) => ({ name, align: 'left' as const }),
)

async function listAlerts(values: Flags, io: Io): Promise<ExitCode> {
  const asked = await askApi('/api/v1/alerts', new URLSearchParams(), values, io)
  if (asked.kind === 'failed') return asked.code
  if (values.json) {
    await writeLine(io.stdout, asked.text)
    return 0
  }
  const { alerts: listed } = JSON.parse(asked.text) as { alerts: readonly ShownAlert[] }
  const shown = values.all ? listed : listed.filter(({ resolved }) => resolved === undefined)
  const rows = shown.map((alert) => {
    const { key, since, told = '', resolved = '', acknowledgedBy = '', snoozedUntil = '' } = alert
    return [key, since, told, resolved, acknowledgedBy, snoozedUntil]
  })
  await writeLine(io.stdout, formatTable(COLUMNS, rows))
  return 0
}
