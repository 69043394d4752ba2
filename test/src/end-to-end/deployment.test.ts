/**
 * Kubernetes manifests, compose file and Dockerfile, as far as they can be looked at without a
 * cluster and without Docker: against the types of the Kubernetes API, against what they refer to,
 * and their configurations with the programs that read them.
 */
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { parse, parseAllDocuments } from 'yaml'
import { makeEnv, makeFolder, ROOT, stopAfterEach } from './children.ts'
import { findCollector, validateConfig } from './collector.ts'
import { SPANCOST } from './processor.ts'

stopAfterEach()

const FOLDER = path.join(ROOT, 'collector-config')
const KUBERNETES = ['common', 'deployment', 'statefulset', 'servicemonitor']

interface Manifest {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: { readonly name: string; readonly labels?: Readonly<Record<string, string>> }
  readonly data?: Readonly<Record<string, string>>
  readonly spec?: unknown
}

async function readManifests(...names: readonly string[]): Promise<Manifest[]> {
  const read = async (name: string): Promise<Manifest[]> => {
    const text = await readFile(path.join(FOLDER, 'kubernetes', `${name}.yaml`), 'utf8')
    return parseAllDocuments(text).map((document) => document.toJS() as Manifest)
  }
  return (await Promise.all(names.map(read))).flat()
}

/** Every object below that has this key, wherever it stands. */
function listHolders(json: unknown, key: string): Record<string, unknown>[] {
  if (json === null || typeof json !== 'object') return []
  const own = Object.hasOwn(json, key) ? [json as Record<string, unknown>] : []
  return [...own, ...Object.values(json).flatMap((value) => listHolders(value, key))]
}

/** What the compiler says of these as objects of the Kubernetes API; '' where all is well. */
async function checkTypes(manifests: readonly Manifest[]): Promise<string> {
  const types = path.dirname(
    createRequire(import.meta.url).resolve('kubernetes-types/package.json'),
  )
  const lines = manifests.map((manifest, index) => {
    const group = manifest.apiVersion === 'v1' ? 'core/v1' : manifest.apiVersion
    const file = path.join(types, group.replace('.k8s.io', ''))
    return `export const m${index}: import('${file}').${manifest.kind} = ${JSON.stringify(manifest)}`
  })
  const file = path.join(await makeFolder(), 'manifests.ts')
  await writeFile(file, lines.join('\n'))
  const compiler = path.join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc')
  const args = [compiler, '--ignoreConfig', '--noEmit', '--strict', '--skipLibCheck', file]
  return new Promise((resolve) => {
    execFile(process.execPath, args, { cwd: ROOT }, (error, stdout, stderr) =>
      resolve(error === null ? '' : stdout + stderr),
    )
  })
}

/** What `spancost check` says of a configuration; '' where all is well. */
async function checkConfig(text: string): Promise<string> {
  const file = path.join(await makeFolder(), 'spancost.yaml')
  await writeFile(file, text)
  const env = makeEnv({
    SPANCOST_VIEWER_SHA256: 'a'.repeat(64),
    SPANCOST_FORWARD: 'http://otel-gateway:14328',
    SPANCOST_LEDGER_URL: 'postgres://user:password@host/name',
  })
  return new Promise((resolve) => {
    const args = [SPANCOST, 'check', '--config', file]
    execFile(process.execPath, args, { env }, (error, stdout, stderr) =>
      resolve(error === null ? '' : stdout + stderr),
    )
  })
}

describe('Kubernetes manifests', () => {
  test('are objects of the Kubernetes API, to the last key', async () => {
    const manifests = await readManifests(...KUBERNETES)
    const known = manifests.filter(({ kind }) => kind !== 'ServiceMonitor')
    expect(known.map(({ kind }) => kind).toSorted()).toEqual(
      'ConfigMap ConfigMap Deployment NetworkPolicy PodDisruptionBudget Service Service StatefulSet'.split(
        ' ',
      ),
    )
    expect(await checkTypes(known)).toBe('')
    const [service] = known
    const misspelt = { ...service!, spec: { selektor: {} } }
    expect(await checkTypes([misspelt])).toMatch(
      /'"?selektor"?' does not exist in type 'ServiceSpec'/,
    )
  })

  test.for(['deployment', 'statefulset'])('%s: what it names is there', async (name) => {
    const manifests = await readManifests('common', name, 'servicemonitor')
    const services = manifests.filter(({ kind }) => kind === 'Service')
    const [workload] = listHolders(manifests, 'template')
    const pod = workload!['template'] as {
      metadata: { labels: object }
      spec: {
        securityContext: object
        containers: {
          ports: { name: string }[]
          securityContext: object
          volumeMounts: { name: string }[]
        }[]
        volumes: { name: string }[]
      }
    }
    const [container] = pod.spec.containers
    // No root, nothing to write to, no more rights than it was started with.
    expect(pod.spec.securityContext).toMatchObject({ runAsNonRoot: true, runAsUser: 1000 })
    expect(container!.securityContext).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    })
    const claims = listHolders(workload, 'volumeClaimTemplates').flatMap(
      (holder) => holder['volumeClaimTemplates'] as Manifest[],
    )
    const volumes = [...pod.spec.volumes, ...claims.map(({ metadata }) => metadata)]
    expect(container!.volumeMounts.map((mount) => mount.name).toSorted()).toEqual(
      volumes.map((volume) => volume.name).toSorted(),
    )
    const ports = new Set(container!.ports.map((port) => port.name))
    const named = [
      ...listHolders(services, 'targetPort').map((holder) => holder['targetPort']),
      ...listHolders(workload, 'httpGet').map(
        (holder) => (holder['httpGet'] as { port: string }).port,
      ),
    ]
    expect(named.length).toBeGreaterThan(4)
    expect(named.filter((port) => !ports.has(String(port)))).toEqual([])
    expect(Object.keys(container!).filter((key) => key.endsWith('Probe'))).toHaveLength(3)
    for (const holder of [...services.map(({ spec }) => spec), workload!]) {
      const { selector } = holder as { selector: { matchLabels?: object } }
      expect(pod.metadata.labels).toMatchObject(selector.matchLabels ?? selector)
    }
  })

  test('Prometheus scrapes one Service, with the token of the Secret that the processor knows', async () => {
    const manifests = await readManifests(...KUBERNETES)
    const monitor = manifests.find(({ kind }) => kind === 'ServiceMonitor')!
    const { selector } = monitor.spec as { selector: { matchLabels: Record<string, string> } }
    const chosen = manifests.filter(
      ({ kind, metadata }) =>
        kind === 'Service' &&
        Object.entries(selector.matchLabels).every(
          ([key, value]) => metadata.labels?.[key] === value,
        ),
    )
    expect(chosen.map(({ metadata }) => metadata.name)).toEqual(['spancost'])
    const secrets = [
      ...listHolders(manifests, 'secretKeyRef').map((holder) => holder['secretKeyRef']),
      ...listHolders(monitor, 'credentials').map((holder) => holder['credentials']),
    ] as { name: string; key: string }[]
    expect(new Set(secrets.map(({ name, key }) => `${name}/${key}`))).toEqual(
      new Set(['spancost/ledger-url', 'spancost/viewer-sha256', 'spancost/token']),
    )
  })

  test('configurations are sound', async () => {
    const configs = (await readManifests('deployment', 'statefulset')).flatMap(
      ({ data }) => data?.['spancost.yaml'] ?? [],
    )
    expect(configs).toHaveLength(2)
    for (const config of configs) expect(await checkConfig(config)).toBe('')
  })
})

describe('compose.yaml', () => {
  const folder = path.join(FOLDER, 'compose')

  test('names files, services, volumes and secrets that there are', async () => {
    const { services, volumes, secrets } = parse(
      await readFile(path.join(folder, 'compose.yaml'), 'utf8'),
    ) as {
      services: Record<
        string,
        {
          image?: string
          build?: string
          volumes?: string[]
          secrets?: string[]
          depends_on?: string[]
        }
      >
      volumes: object
      secrets: object
    }
    expect(Object.keys(services)).toEqual([
      'collector',
      'spancost',
      'tempo',
      'prometheus',
      'grafana',
    ])
    for (const service of Object.values(services)) {
      const sources = (service.volumes ?? []).map((mount) => mount.split(':')[0]!)
      const absent = sources.filter((source) =>
        source.startsWith('.')
          ? !existsSync(path.join(folder, source))
          : !Object.hasOwn(volumes, source),
      )
      expect(absent).toEqual([])
      for (const secret of service.secrets ?? []) expect(secrets).toHaveProperty(secret)
      for (const other of service.depends_on ?? []) expect(services).toHaveProperty(other)
      if (service.build === undefined) expect(service.image).toMatch(/:v?\d+\.\d+\.\d+$/)
      else expect(existsSync(path.join(folder, service.build, 'Dockerfile'))).toBe(true)
    }
  })

  test('has configurations that their programs accept', async (context) => {
    expect(await checkConfig(await readFile(path.join(FOLDER, 'container.yaml'), 'utf8'))).toBe('')
    const found = await findCollector()
    if ('missing' in found) context.skip(found.missing)
    const { binary } = found as { binary: string }
    const files = [path.join(FOLDER, 'sidecar.yaml'), path.join(folder, 'collector.yaml')]
    expect(await validateConfig(binary, ...files)).toBe('')
  })

  test('Grafana gets data sources by the names that they refer to each other by', async () => {
    const read = async (name: string): Promise<unknown> =>
      parse(await readFile(path.join(folder, 'grafana', name), 'utf8'))
    const sources = await read('datasources.yaml')
    const uids = listHolders(sources, 'uid').map((holder) => holder['uid'])
    const wanted = listHolders(sources, 'datasourceUid').map((holder) => holder['datasourceUid'])
    expect(uids).toEqual(expect.arrayContaining(wanted))
    const mount = '../grafana:/var/lib/grafana/dashboards/spancost:ro'
    expect(await readFile(path.join(folder, 'compose.yaml'), 'utf8')).toContain(mount)
    expect(JSON.stringify(await read('dashboards.yaml'))).toContain(mount.split(':')[1])
  })
})

describe('Dockerfile', () => {
  test('builds from the lock file with our versions, copies what there is, and is not root', async () => {
    const text = await readFile(path.join(ROOT, 'Dockerfile'), 'utf8')
    const setup = await readFile(path.join(ROOT, 'scripts', 'setup.mjs'), 'utf8')
    const version = (name: string): string =>
      new RegExp(`${name}_VERSION = '(.*)'`).exec(setup)![1]!
    expect(text).toContain(`ARG NODE_VERSION=${version('NODE')}\n`)
    expect(text).toContain(`pnpm@${version('PNPM')}\n`)
    const installs = text.match(/pnpm install .*/g)!
    expect(installs.filter((line) => !line.includes('--frozen-lockfile'))).toEqual([])
    expect(text.match(/^USER .*/gm)).toEqual(['USER 1000:1000'])
    const ignored = await readFile(path.join(ROOT, '.dockerignore'), 'utf8')
    const copied = [...text.matchAll(/^COPY (?!--from)(\S+)/gm)].map(([, source]) => source!)
    expect(copied).toEqual(['.', 'collector-config/container.yaml'])
    const absent = copied.filter((source) => !existsSync(path.join(ROOT, source)))
    expect(absent).toEqual([])
    expect(ignored.split('\n')).not.toContain('collector-config')
  })
})
