import { describeConfig } from '../config/schema.ts'
import { formatFault, loadConfig, type LoadedConfig } from './config-source.ts'
import { writeLine } from './io.ts'
import { readFlags, type Verb } from './verb.ts'

const FLAGS = {
  config: { type: 'string' },
  json: { type: 'boolean' },
  schema: { type: 'boolean' },
} as const

/** Says everything that is wrong with a config, and starts nothing. */
export const check: Verb = {
  name: 'check',
  summary: 'validate the config',
  help: `Usage: spancost check [--config FILE] [--json]

Prints each fault as FILE:LINE: PATH: MESSAGE and exits with 1 if there is one. The variables that
the config names are taken from the environment, as serve does.

  --config FILE   default: ./spancost.yaml; without one, the defaults are what holds
  --json          {"file", "valid", "faults": [{"line", "path", "message"}]}
  --schema        print the JSON schema of the config, for editors, and check nothing`,
  async run(argv, io) {
    const { values } = readFlags(argv, FLAGS)
    if (values.schema) {
      await writeLine(io.stdout, JSON.stringify(describeConfig(), undefined, 2))
      return 0
    }
    const loaded = await loadConfig(values.config, io.env)
    await writeLine(io.stdout, values.json ? toJson(loaded) : toText(loaded))
    return loaded.kind === 'config' ? 0 : 1
  },
}

function toJson(loaded: LoadedConfig): string {
  const valid = loaded.kind === 'config'
  return JSON.stringify({ file: loaded.file, valid, faults: valid ? [] : loaded.faults })
}

function toText(loaded: LoadedConfig): string {
  const { file } = loaded
  if (loaded.kind === 'faults') {
    return loaded.faults.map((fault) => formatFault(loaded.file, fault)).join('\n')
  }
  return file === undefined ? 'no spancost.yaml here: the defaults hold' : `${file}: valid`
}
