import { existsSync, readdirSync, readFileSync } from 'node:fs'
import type { IncomingMessage } from 'node:http'
import path from 'node:path'

/** One file of the page, as it goes over HTTP. */
export interface PageFile {
  readonly body: Buffer
  readonly headers: Readonly<Record<string, string>>
}

/** By path, such as `/assets/index-B72LCV0i.js`; `/` is the page itself. */
export type Page = ReadonlyMap<string, PageFile>

const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
}

/** Scripts, styles and data of its own origin only, nothing inline, and no place in a foreign page. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ')

/**
 * Reads the built page into memory: it is small, and a path that is asked for then never is a path
 * of the disk. Empty where it was not built.
 */
export function readPage(folder: string): Page {
  if (!existsSync(folder)) return new Map()
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
  const page = files
    .filter((file) => file.isFile() && Object.hasOwn(TYPES, path.extname(file.name)))
    .map((file): [string, PageFile] => {
      const full = path.join(file.parentPath, file.name)
      const name = path.relative(folder, full).split(path.sep).join('/')
      const url = name === 'index.html' ? '/' : `/${name}`
      return [url, { body: readFileSync(full), headers: describeFile(url, file.name) }]
    })
  return new Map(page)
}

/** The file that a request wants, if it is one of the page's. */
export function findFile(page: Page | undefined, request: IncomingMessage): PageFile | undefined {
  const { method, url = '' } = request
  if (method !== 'GET' && method !== 'HEAD') return undefined
  const [wanted = ''] = url.split('?', 1)
  return page?.get(wanted)
}

/** What lies in `assets` has its hash in its name, and so never changes. */
function describeFile(url: string, name: string): PageFile['headers'] {
  const isHashed = url.startsWith('/assets/')
  return {
    'Cache-Control': isHashed ? 'public, max-age=31536000, immutable' : 'no-cache',
    'Content-Security-Policy': POLICY,
    'Content-Type': TYPES[path.extname(name)]!,
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Cross-Origin-Resource-Policy': 'same-origin',
    'Referrer-Policy': 'no-referrer',
    'X-Content-Type-Options': 'nosniff',
  }
}
