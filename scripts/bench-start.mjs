/**
 * What `--import @spancost/node/register`, as it is published, adds to the start of an application:
 * CPU time of the whole process, with and without it in turn. `--rounds N`; the last line is JSON.
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { layOut, linkPackage, packAll } from './published.mjs'
import { ROOT } from './setup.mjs'

const APPS = {
  empty: ['empty.mjs', ''],
  "import 'openai'": ['app.mjs', "await import('openai')"],
  "require('openai')": ['app.cjs', "require('openai')"],
}
const TELL = 'process.on("exit",()=>console.log(JSON.stringify(process.cpuUsage())))\n'

const { rounds: asked } = parseArgs({
  options: { rounds: { type: 'string', default: '15' } },
}).values
const rounds = Number(asked)
if (!Number.isInteger(rounds) || rounds < 1) throw new Error(`--rounds ${asked}: expected a number`)

const work = mkdtempSync(path.join(tmpdir(), 'spancost-start-'))
try {
  layOut(await packAll(work), work)
  linkPackage('openai', path.join(ROOT, 'test'), work)
  const results = Object.entries(APPS).map(([app, source]) => ({ app, ...compare(source) }))
  console.log(`milliseconds of CPU time, medians of ${rounds}, Node ${process.version}`)
  console.table(results)
  console.log(JSON.stringify({ benchmark: 'start', node: process.version, rounds, results }))
} finally {
  rmSync(work, { recursive: true, force: true })
}

function compare([file, source]) {
  const args = [path.join(work, file)]
  writeFileSync(args[0], TELL + source)
  const without = []
  const withIt = []
  // The first of each finds nothing in the caches of the disk.
  for (let round = 0; round <= rounds; round += 1) {
    const plain = measureMs(args)
    const registered = measureMs(['--import', '@spancost/node/register', ...args])
    if (round > 0) {
      without.push(plain)
      withIt.push(registered)
    }
  }
  const [a, b] = [median(without), median(withIt)]
  return { withoutMs: round1(a), withMs: round1(b), moreMs: round1(b - a), ratio: round1(b / a) }
}

function measureMs(args) {
  const { status, stdout, stderr } = spawnSync(process.execPath, args, {
    cwd: work,
    encoding: 'utf8',
  })
  if (status !== 0) throw new Error(`the application ended with ${status}: ${stderr}`)
  const { user, system } = JSON.parse(stdout)
  return (user + system) / 1000
}

function median(values) {
  return values.toSorted((a, b) => a - b)[values.length >> 1]
}

function round1(value) {
  return Math.round(value * 10) / 10
}
