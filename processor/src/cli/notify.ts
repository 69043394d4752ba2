import { describeError } from '../describe-error.ts'
import { createChannel } from '../watch/channels/index.ts'
import { trimNotice } from '../watch/notice.ts'
import { sendNotice } from '../watch/send.ts'
import { formatFault, loadConfig } from './config-source.ts'
import { writeLine } from './io.ts'
import { readFlags, UsageError, type Verb } from './verb.ts'

const FLAGS = { config: { type: 'string' } } as const

/** Sends a message for trying a channel out. */
export const notify: Verb = {
  name: 'notify',
  summary: 'try the channels of alerts out',
  help: `Usage: spancost notify [--config FILE] [CHANNEL...]

Sends a message that says it is a test through the channels of \`alerts.channels\`, or those named, and
prints which could be reached. No finding is 0, a channel that could not be reached is 1.

  --config FILE   default: ./spancost.yaml`,
  async run(argv, io) {
    const { values, positionals } = readFlags(argv, FLAGS, { takesOperands: true })
    const loaded = await loadConfig(values.config, io.env)
    if (loaded.kind === 'faults') {
      for (const fault of loaded.faults) await writeLine(io.stderr, formatFault(loaded.file, fault))
      return 1
    }
    const { channels } = loaded.config.alerts
    const names = positionals.length > 0 ? positionals : Object.keys(channels)
    const unknown = names.find((name) => channels[name] === undefined)
    if (unknown !== undefined) throw new UsageError(`there is no channel "${unknown}"`)
    if (names.length === 0) throw new UsageError('there are no alerts.channels in the config')
    let failed = 0
    for (const name of names) {
      const fault = await trySending(channels[name]!)
      if (fault !== undefined) failed += 1
      await writeLine(io.stdout, `${name}: ${fault ?? 'sent'}`)
    }
    return failed === 0 ? 0 : 1
  },
}

async function trySending(options: Parameters<typeof createChannel>[0]) {
  const nowMs = Date.now()
  const notice = trimNotice({
    key: 'test',
    status: 'firing',
    level: 'info',
    title: 'This is a test',
    text: 'spancost can reach you. No budget is concerned.',
    facts: [],
    atUnixMs: nowMs,
    sinceUnixMs: nowMs,
  })
  try {
    await sendNotice(createChannel(options), notice)
    return undefined
  } catch (error) {
    return describeError(error)
  }
}
