import path from 'node:path'
import { isCode, type Rule, type SourceFile } from './tree.ts'

/** Who may know whom; `*` stands for every room that begins so. Nobody imports processor or test. */
const MAY_IMPORT: ReadonlyMap<string, readonly string[]> = new Map([
  ['packages/genai', []],
  ['packages/otlp', []],
  ['packages/pricing', ['packages/genai']],
  ['packages/ledger', ['packages/budget', 'packages/genai', 'packages/pricing']],
  ['packages/budget', ['packages/pricing']],
  ['instrumentation/core', ['packages/genai']],
  ['instrumentation/node', ['instrumentation/*']],
  ['processor', ['packages/*']],
  ['processor/web', []],
  ['test', ['*']],
])
const INSTRUMENTATION_MAY_IMPORT = ['instrumentation/core', 'packages/genai']

const ROOM = /^(?:(?:packages|instrumentation)\/[^/]+|processor\/web|processor|test)(?=\/)/
const PROCESSOR_ROOM = /^processor\/src\/(receive|forward|watch|api)\//
const VARIANTS = /\/(?:dialects|providers|sources|stores|channels)\/[^/]+$/

interface Import {
  readonly from: string
  /** As it is written: a package, or a path that begins with a dot. */
  readonly to: string
}

interface Manifest {
  readonly name?: string
  readonly exports?: Readonly<Record<string, unknown>>
  readonly [dependencies: string]: unknown
}

/** The import map, in the dependencies of package.json and in import statements alike. */
export const checkImportMap: Rule = (files) => {
  const rooms = new Map([...listManifests(files)].map(([room, { name }]) => [name, room]))
  const declared = [...listManifests(files)].flatMap(([room, manifest]) =>
    listDependencies(manifest).map((to): Import => ({ from: `${room}/package.json`, to })),
  )
  return [...declared, ...files.flatMap(listImports)].flatMap(({ from, to }) => {
    const room = findRoom(from)
    const target = rooms.get(packageName(to))
    if (room === undefined || target === undefined || target === room) return []
    const fits = mayImport(room).some((name) =>
      name.endsWith('*') ? target.startsWith(name.slice(0, -1)) : target === name,
    )
    return fits ? [] : [`${from}: ${room} must not import ${target}`]
  })
}

function mayImport(room: string): readonly string[] {
  const others = room.startsWith('instrumentation/') ? INSTRUMENTATION_MAY_IMPORT : []
  return MAY_IMPORT.get(room) ?? others
}

/** A package is entered by its `exports` only: no relative path into it, no path behind its name. */
export const checkPackageBorders: Rule = (files) => {
  const doors = new Map(
    [...listManifests(files).values()].map(({ name, exports }) => [
      name,
      Object.keys(exports ?? {}),
    ]),
  )
  return files.flatMap(listImports).flatMap(({ from, to }) => {
    if (to.startsWith('.')) {
      const target = path.posix.join(path.posix.dirname(from), to)
      const isInside = findRoom(`${target}/`) === findRoom(from)
      return isInside ? [] : [`${from}: ${to} leaves its package`]
    }
    const name = packageName(to)
    const isOpen = doors.get(name)?.includes(`.${to.slice(name.length)}`) ?? true
    return isOpen ? [] : [`${from}: ${to} is not exported by ${name}`]
  })
}

/** The four rooms of the processor do not know each other; only service.ts knows several of them. */
export const checkProcessorRooms: Rule = (files) =>
  files.flatMap((file) => {
    if (file.path === 'processor/src/service.ts') return []
    const known = listImports(file).flatMap(({ from, to }) => {
      const target = path.posix.join(path.posix.dirname(from), to)
      return to.startsWith('.') ? (PROCESSOR_ROOM.exec(target)?.slice(1) ?? []) : []
    })
    const rooms = new Set([...(PROCESSOR_ROOM.exec(file.path)?.slice(1) ?? []), ...known])
    return rooms.size < 2 ? [] : [`${file.path}: knows ${[...rooms].join(' and ')}`]
  })

/**
 * A dialect, provider, source, store or channel that nobody lists would never run. Every file in
 * such a folder is reached from the `index.ts` beside it, or where there is none, of its package.
 */
export const checkVariants: Rule = (files) => {
  const imports = Map.groupBy(files.flatMap(listImports), ({ from }) => from)
  const paths = new Set(files.map((file) => file.path))
  return files
    .filter((file) => VARIANTS.test(file.path) && isCode(file))
    .filter((file) => !/\/index\.ts$|\.(?:test|conformance)\.ts$/.test(file.path))
    .flatMap(({ path: file }) => {
      const beside = path.posix.join(path.posix.dirname(file), 'index.ts')
      const index = paths.has(beside) ? beside : `${findRoom(file)}/src/index.ts`
      return isReached(file, index, imports) ? [] : [`${file}: not reached from ${index}`]
    })
}

function isReached(
  file: string,
  start: string,
  imports: ReadonlyMap<string, readonly Import[]>,
): boolean {
  const seen = new Set([start])
  for (const reached of seen) {
    for (const { to } of imports.get(reached) ?? []) {
      if (to.startsWith('.')) seen.add(path.posix.join(path.posix.dirname(reached), to))
    }
  }
  return seen.has(file)
}

/** Static and dynamic imports, re-exports and `require`, as the formatter writes them. */
function listImports(file: SourceFile): readonly Import[] {
  if (!isCode(file)) return []
  const patterns = [
    /^ *(?:import|export)\b[^'"`;]*?\bfrom '([^']+)'/gm,
    /^ *import '([^']+)'/gm,
    /\b(?:import|require)\(\s*'([^']+)'/g,
  ]
  return patterns
    .flatMap((pattern) => [...file.text.matchAll(pattern)])
    .map(([, to = '']) => ({ from: file.path, to }))
}

function listManifests(files: readonly SourceFile[]): ReadonlyMap<string, Manifest> {
  return new Map(
    files
      .filter((file) => file.path === `${findRoom(file.path)}/package.json`)
      .map((file) => [path.posix.dirname(file.path), JSON.parse(file.text) as Manifest]),
  )
}

function listDependencies(manifest: Manifest): readonly string[] {
  const kinds = ['dependencies', 'devDependencies', 'peerDependencies', 'optionalDependencies']
  return kinds.flatMap((kind) => Object.keys(manifest[kind] ?? {}))
}

function findRoom(file: string): string | undefined {
  return ROOM.exec(file)?.[0]
}

function packageName(specifier: string): string {
  return specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/')
}
