/** A real Prometheus that scrapes a processor. */
import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { stringify } from 'yaml'
import {
  findFreeAddresses,
  makeFolder,
  startChild,
  waitUntilReady,
  type Child,
} from './children.ts'

interface Verdict {
  readonly code: number
  readonly output: string
}

/** What `promtool check metrics` says about a text: its exit code, 1 where it cannot be read. */
export function checkMetrics(folder: string, text: string): Promise<Verdict> {
  return runPromtool(folder, ['check', 'metrics'], text)
}

/** What `promtool test rules` says about a file of tests: its exit code, 1 where one fails. */
export function testRules(folder: string, file: string): Promise<Verdict> {
  return runPromtool(folder, ['test', 'rules', file])
}

/** What `promtool check rules` says about a file: its exit code, 1 where it is no rule file. */
export function checkRules(folder: string, file: string): Promise<Verdict> {
  return runPromtool(folder, ['check', 'rules', file])
}

function runPromtool(folder: string, args: readonly string[], stdin = ''): Promise<Verdict> {
  return new Promise((resolve) => {
    const child = execFile(path.join(folder, 'promtool'), args, (error, stdout, stderr) => {
      resolve({ code: Number(error?.code ?? 0), output: stdout + stderr })
    })
    child.stdin?.end(stdin)
  })
}

export interface Sample {
  readonly metric: Readonly<Record<string, string>>
  readonly value: readonly [unixSeconds: number, value: string]
}

export interface Prometheus extends Child {
  /** The samples of an instant vector, now. */
  query(expression: string): Promise<readonly Sample[]>
  /** The data of any other path of its API, such as `query_exemplars?query=...`. */
  read(path: string): Promise<unknown>
}

/**
 * Scrapes `host:port` five times a second, as Prometheus would every 15 seconds, and looks at its
 * rules every second. Alerts go to the Alertmanager at `host:port`, if there is one.
 */
export async function startPrometheus(
  folder: string,
  target: string,
  ruleFiles: readonly string[] = [],
  alertmanager?: string,
): Promise<Prometheus> {
  const home = await makeFolder()
  const [address = ''] = await findFreeAddresses(1)
  const config = {
    global: { scrape_interval: '200ms', scrape_timeout: '200ms', evaluation_interval: '1s' },
    rule_files: ruleFiles,
    ...(alertmanager !== undefined && {
      alerting: { alertmanagers: [{ static_configs: [{ targets: [alertmanager] }] }] },
    }),
    scrape_configs: [{ job_name: 'spancost', static_configs: [{ targets: [target] }] }],
  }
  const file = path.join(home, 'prometheus.yml')
  await writeFile(file, stringify(config))
  const args = [
    `--config.file=${file}`,
    `--storage.tsdb.path=${path.join(home, 'data')}`,
    `--web.listen-address=${address}`,
    '--enable-feature=exemplar-storage',
  ]
  const child = startChild(path.join(folder, 'prometheus'), args, { cwd: home })
  await waitUntilReady('Prometheus', child, `http://${address}/-/ready`)
  const read = async (where: string): Promise<unknown> => {
    const answer = await fetch(`http://${address}/api/v1/${where}`)
    const { status, data } = (await answer.json()) as { status: string; data: unknown }
    if (status !== 'success') throw new Error(`Prometheus: ${where}: ${answer.status}`)
    return data
  }
  return {
    ...child,
    read,
    query: async (expression) => {
      const data = await read(`query?query=${encodeURIComponent(expression)}`)
      return (data as { result: Sample[] }).result
    },
  }
}
