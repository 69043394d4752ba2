/**
 * Builds the processor's page with vite, where it changed since it was built.
 *
 *   node scripts/page.mjs
 *
 * `tsc -b` looks at its types; what a browser gets lies in processor/dist/web.
 */
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { runStep } from './child.mjs'

const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..')
const SOURCE = path.join(ROOT, 'processor', 'web')
const BUILT = path.join(ROOT, 'processor', 'dist', 'web')
/** Beside the page, not in it: vite empties the folder. */
const STAMP = path.join(ROOT, 'processor', 'dist', '.web-built')

/** @returns {Promise<number>} the exit code of vite. */
export async function buildPage({ node, env }) {
  const wanted = hashSources()
  const stamp = existsSync(STAMP) ? readFileSync(STAMP, 'utf8') : ''
  if (stamp === wanted && existsSync(path.join(BUILT, 'index.html'))) return 0
  const vite = path.join(ROOT, 'node_modules', 'vite', 'bin', 'vite.js')
  const args = [
    vite,
    'build',
    '--logLevel',
    'warn',
    '--config',
    path.join(SOURCE, 'vite.config.ts'),
  ]
  const code = await runStep(node, args, { cwd: SOURCE, env, stdio: ['ignore', 2, 2] })
  if (code === 0) writeFileSync(STAMP, wanted)
  return code
}

/** Of everything that the page is made of, the versions of its packages included. */
function hashSources() {
  const folders = ['src', 'public'].map((name) => path.join(SOURCE, name))
  const inFolders = folders.flatMap((folder) =>
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((file) => file.isFile() && !file.name.includes('.test.'))
      .map((file) => path.join(file.parentPath, file.name)),
  )
  const beside = ['index.html', 'package.json', 'vite.config.ts'].map((name) =>
    path.join(SOURCE, name),
  )
  const hash = createHash('sha256')
  for (const file of [...inFolders, ...beside, path.join(ROOT, 'pnpm-lock.yaml')].sort()) {
    hash.update(`${path.relative(ROOT, file)}\0`).update(readFileSync(file))
  }
  return hash.digest('hex')
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  process.exitCode = await buildPage({ node: process.execPath, env: process.env })
}
