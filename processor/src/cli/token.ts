import { randomBytes } from 'node:crypto'
import { stringify } from 'yaml'
import { digestToken } from '../api/access.ts'
import { instant } from '../config/values.ts'
import { writeLine } from './io.ts'
import { readFlags, UsageError, type Verb } from './verb.ts'

const FLAGS = {
  name: { type: 'string' },
  roles: { type: 'string' },
  expires: { type: 'string' },
  label: { type: 'string', multiple: true },
  json: { type: 'boolean' },
} as const

/** Makes a token for the API, and the lines of the config that let it in. */
export const token: Verb = {
  name: 'token',
  summary: 'make an API token',
  help: `Usage: spancost token --name NAME [--roles ROLE,...] [--label NAME=VALUE]... [--json]

Prints a new token, which is shown this once, and the lines for \`api.tokens\` of the config, which
hold its hash only. It asks nobody and changes nothing.

  --name NAME         who gets it, for the audit
  --roles ROLE,...    viewer (default), requester, decider, admin, or names of approval levels
  --label NAME=VALUE  its holder sees and spends only what bears the label, such as tenant=acme
  --expires INSTANT   such as 2027-01-01 or 2027-01-01T16:00Z; default: never
  --json              {"token", "config"}`,
  async run(argv, io) {
    const { values } = readFlags(argv, FLAGS)
    const { name, roles = 'viewer', expires, label = [] } = values
    if (name === undefined || name === '') throw new UsageError('--name is missing')
    if (expires !== undefined && !instant.safeParse(expires).success) {
      throw new UsageError(`--expires: "${expires}" is no instant such as 2027-01-01T00:00Z`)
    }
    const secret = `spancost_${randomBytes(32).toString('base64url')}`
    const config = {
      name,
      sha256: digestToken(secret),
      roles: roles.split(',').map((role) => role.trim()),
      ...(label.length > 0 && { labels: Object.fromEntries(label.map(splitLabel)) }),
      ...(expires !== undefined && { expires }),
    }
    const lines = stringify({ api: { tokens: [config] } })
    const text = `${secret}\n\nFor spancost.yaml:\n\n${lines.trimEnd()}`
    await writeLine(io.stdout, values.json ? JSON.stringify({ token: secret, config }) : text)
    return 0
  },
}

function splitLabel(written: string): [string, string] {
  const [, label, value] = /^([a-z][a-z0-9_]{0,63})=(.+)$/s.exec(written) ?? []
  if (label === undefined || value === undefined) {
    throw new UsageError(`--label: "${written}" is no NAME=VALUE such as tenant=acme`)
  }
  return [label, value]
}
