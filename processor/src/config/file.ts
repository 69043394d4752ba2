import { isAlias, isMap, isNode, isScalar, isSeq, LineCounter, parseAllDocuments } from 'yaml'
import type { Alias, Document, Scalar, YAMLMap, YAMLSeq } from 'yaml'

/** Something wrong in a config. `path` is empty where it concerns the whole file. */
export interface ConfigFault {
  /** From 1 on. */
  readonly line: number
  /** Such as `forward.traces[0].endpoint`. */
  readonly path: string
  readonly message: string
}

/** Environment variables, such as `process.env`. */
export type Env = Readonly<Record<string, string | undefined>>

export type Path = readonly (string | number)[]

/** A config file as plain values, its variables filled in. */
export interface ConfigFile {
  readonly value: unknown
  readonly faults: readonly ConfigFault[]
  /** The line of a key or list item; where it is not in the file, that of the nearest part above. */
  lineOf(path: Path): number
}

const MAX_TEXT_BYTES = 1024 * 1024
const MAX_ALIASES = 100
/** What an alias stands for counts each time, so that a few of them cannot grow into millions. */
const MAX_NODES = 50_000
const MAX_DEPTH = 32

/**
 * Reads one YAML document. A key without a value counts as absent; only `null` is null. In texts,
 * `${env:NAME}` becomes the variable, `${env:NAME:-other}` falls back to `other` where it is unset
 * or empty, and `$$` is a dollar sign. An unquoted variable that holds `true`, `false` or `null` is
 * read as that word. Variables cannot add keys or lists.
 */
export function readConfigFile(text: string, env: Env): ConfigFile {
  const bytes = Buffer.byteLength(text)
  if (bytes > MAX_TEXT_BYTES) {
    return rejectFile(1, `the config has ${bytes} bytes; at most ${MAX_TEXT_BYTES} are read`)
  }
  const lineCounter = new LineCounter()
  // Unique keys are checked below: the parser compares each with each.
  const options = { lineCounter, prettyErrors: false, uniqueKeys: false }
  let documents
  try {
    documents = parseAllDocuments(text, options)
  } catch (error) {
    if (error instanceof RangeError) return rejectFile(1, 'nested too deeply')
    throw error
  }
  if ('empty' in documents) return { value: {}, faults: [], lineOf: () => 1 }
  const [document, second] = documents
  if (document === undefined) return { value: {}, faults: [], lineOf: () => 1 }
  if (second !== undefined) {
    return rejectFile(lineCounter.linePos(second.range[0]).line, 'more than one YAML document')
  }
  // One slip makes many errors; the first is the one to mend.
  const error = document.errors[0] ?? document.warnings[0]
  if (error) return rejectFile(lineCounter.linePos(error.pos[0]).line, `not YAML: ${error.message}`)
  return walkDocument(document, lineCounter, env)
}

function rejectFile(line: number, message: string): ConfigFile {
  return { value: undefined, faults: [{ line, path: '', message }], lineOf: () => line }
}

/** Names a place the way people write it: `forward.traces[0].headers["x y"]`. */
export function formatPath(path: Path): string {
  let text = ''
  for (const step of path) {
    if (typeof step === 'number') text += `[${step}]`
    else if (/^[\w-]+$/.test(step)) text += text === '' ? step : `.${step}`
    else text += `[${JSON.stringify(step)}]`
  }
  return text
}

/** One reading of a document. */
interface Walk {
  readonly document: Document.Parsed
  readonly lineCounter: LineCounter
  readonly env: Env
  readonly faults: ConfigFault[]
  /** By formatted path. */
  readonly lines: Map<string, number>
  nodes: number
  aliases: number
}

function walkDocument(document: Document.Parsed, lineCounter: LineCounter, env: Env): ConfigFile {
  const lines = new Map<string, number>()
  const walk: Walk = { document, lineCounter, env, faults: [], lines, nodes: 0, aliases: 0 }
  const value = readNode(walk, document.contents, []) ?? {}
  return { value, faults: walk.faults, lineOf: (path) => findLine(lines, path) }
}

function findLine(lines: ReadonlyMap<string, number>, path: Path): number {
  for (let end = path.length; end > 0; end--) {
    const line = lines.get(formatPath(path.slice(0, end)))
    if (line !== undefined) return line
  }
  return 1
}

function markLine({ lines, lineCounter }: Walk, path: Path, node: unknown): void {
  if (!isNode(node) || !node.range) return
  lines.set(formatPath(path), lineCounter.linePos(node.range[0]).line)
}

function addFault({ faults, lines }: Walk, path: Path, message: string): undefined {
  faults.push({ line: findLine(lines, path), path: formatPath(path), message })
  return undefined
}

function readNode(walk: Walk, node: unknown, path: Path): unknown {
  walk.nodes += 1
  if (walk.nodes > MAX_NODES) {
    if (walk.nodes > MAX_NODES + 1) return undefined
    return addFault(walk, path, `more than ${MAX_NODES} values, aliases followed`)
  }
  if (path.length > MAX_DEPTH) {
    return addFault(walk, path, `nested deeper than ${MAX_DEPTH} levels`)
  }
  if (isAlias(node)) return readAlias(walk, node, path)
  if (isMap(node)) return readMap(walk, node, path)
  if (isSeq(node)) return readList(walk, node, path)
  return isScalar(node) ? readScalar(walk, node, path) : undefined
}

function readAlias(walk: Walk, alias: Alias, path: Path): unknown {
  walk.aliases += 1
  if (walk.aliases > MAX_ALIASES) return addFault(walk, path, `more than ${MAX_ALIASES} aliases`)
  const target = alias.resolve(walk.document)
  if (target !== undefined) return readNode(walk, target, path)
  return addFault(walk, path, `nothing above is named &${alias.source}`)
}

function readMap(walk: Walk, map: YAMLMap, path: Path): Record<string, unknown> {
  const values: Record<string, unknown> = {}
  for (const { key: keyNode, value } of map.items) {
    if (!isScalar(keyNode) || keyNode.value === '__proto__') {
      addFault(walk, path, 'a key must be plain text, and not `__proto__`')
      continue
    }
    const key = String(keyNode.value)
    const keyPath = [...path, key]
    const first = Object.hasOwn(values, key) ? findLine(walk.lines, keyPath) : undefined
    markLine(walk, keyPath, keyNode)
    if (first === undefined) values[key] = readNode(walk, value, keyPath)
    else addFault(walk, keyPath, `\`${key}\` is there twice; first on line ${first}`)
  }
  return values
}

function readList(walk: Walk, list: YAMLSeq, path: Path): unknown[] {
  return list.items.map((item, index) => {
    const itemPath = [...path, index]
    markLine(walk, itemPath, item)
    return readNode(walk, item, itemPath)
  })
}

function readScalar(walk: Walk, scalar: Scalar, path: Path): unknown {
  const { value, source, type } = scalar
  if (value === null && (source ?? '') === '') return undefined
  if (typeof value !== 'string') return value
  const filled = fillVariables(value, walk.env)
  if (filled.kind === 'fault') return addFault(walk, path, filled.message)
  const isBareWord = type === 'PLAIN' && filled.text !== value && WORDS.has(filled.text)
  return isBareWord ? WORDS.get(filled.text) : filled.text
}

const WORDS: ReadonlyMap<string, unknown> = new Map<string, unknown>([
  ['true', true],
  ['false', false],
  ['null', null],
])

type Filled =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'fault'; readonly message: string }

function fillVariables(text: string, env: Env): Filled {
  let message: string | undefined
  const filled = text.replaceAll(/\$\$|\$\{([^}]*)(\}?)/g, (found, inner: string, end: string) => {
    if (found === '$$') return '$'
    const match = /^env:([A-Za-z_]\w*)(?::-(.*))?$/s.exec(inner)
    if (match === null || end === '') {
      message ??= `\`${found}\` is not \`\${env:NAME}\` or \`\${env:NAME:-default}\`; \`$$\` writes a dollar sign`
      return ''
    }
    const [, name, fallback] = match
    const value = env[name!]
    if (fallback !== undefined && (value === undefined || value === '')) return fallback
    if (value === undefined) message ??= `the environment variable ${name} is not set`
    return value ?? ''
  })
  return message === undefined ? { kind: 'text', text: filled } : { kind: 'fault', message }
}
