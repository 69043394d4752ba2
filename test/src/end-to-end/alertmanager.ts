/** A real Alertmanager, which keeps what it gets. */
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { stringify } from 'yaml'
import { findFreeAddresses, makeFolder, startChild, waitUntilReady } from './children.ts'

export interface ReceivedAlert {
  readonly labels: Readonly<Record<string, string>>
  readonly annotations: Readonly<Record<string, string>>
  readonly endsAt: string
}

export interface Alertmanager {
  /** `host:port`. */
  readonly address: string
  /** What it has now, as its API shows it. */
  read(): Promise<readonly ReceivedAlert[]>
}

export async function startAlertmanager(folder: string): Promise<Alertmanager> {
  const home = await makeFolder()
  const [address = ''] = await findFreeAddresses(1)
  const file = path.join(home, 'alertmanager.yml')
  await writeFile(file, stringify({ route: { receiver: 'none' }, receivers: [{ name: 'none' }] }))
  const args = [
    `--config.file=${file}`,
    `--storage.path=${path.join(home, 'data')}`,
    `--web.listen-address=${address}`,
    // A cluster of one.
    '--cluster.listen-address=',
  ]
  const child = startChild(path.join(folder, 'alertmanager'), args, { cwd: home })
  await waitUntilReady('Alertmanager', child, `http://${address}/-/ready`)
  return {
    address,
    read: async () => {
      const answer = await fetch(`http://${address}/api/v2/alerts`)
      return (await answer.json()) as ReceivedAlert[]
    },
  }
}
