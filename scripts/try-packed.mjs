/**
 * `npm run try:packed`: installs the packed packages with npm into a fresh folder, with real SDKs
 * and what others instrument with, and runs applications as users start them, on Node 22, 24 and
 * 26. It prints a table, and how much longer an application takes to start. It needs npm's registry.
 */
import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { findFaults } from './packed/run-app.mjs'
import { packAll } from './published.mjs'
import { fetchNode } from './setup.mjs'

const NODES = { 22: '22.23.3', 24: '24.21.0', 26: '26.10.0' }

const INSTALLED = {
  '@anthropic-ai/sdk': '1.12.0',
  '@google/genai': '3.1.0',
  esbuild: '0.28.2',
  openai: '7.57.0',
}
const AUTO = '@opentelemetry/auto-instrumentations-node'
const OURS = ['--import', '@spancost/node/register']
const THEIRS = ['--import', `${AUTO}/register`]

/** Folders of applications, with what is installed there beside our packages and the SDKs. */
const FOLDERS = {
  'API 1.10': { '@opentelemetry/api': '1.10.0', [AUTO]: '0.82.0' },
  // With the SDKs of the generation before, for which the instrumentations alone are installed.
  'API 1.9': { '@opentelemetry/api': '1.9.1', '@opentelemetry/sdk-node': '0.215.0' },
}

/** No request of their exporters, no other spans than those of requests. */
const ONLY_HTTP = { OTEL_NODE_ENABLED_INSTRUMENTATIONS: 'http,undici,openai' }
const beside = (args, env = {}) => ({ args, env: { ...ONLY_HTTP, ...env }, expectHttp: true })

const CASES = {
  'API 1.10': {
    'register, ES modules': { args: [...OURS, 'app.mjs'] },
    'register, CommonJS': { args: [...OURS, 'app.cjs'] },
    'own NodeSDK, ES modules': { args: ['--import', './own-sdk.mjs', 'app.mjs'] },
    'own NodeSDK, CommonJS': { args: ['--import', './own-sdk.mjs', 'app.cjs'] },
    'bundled by esbuild': { args: ['out/bundled.cjs'] },
    'after auto-instrumentations': beside([...THEIRS, ...OURS, 'app.mjs']),
    'after auto-instrumentations, CommonJS': beside([...THEIRS, ...OURS, 'app.cjs']),
    'before auto-instrumentations': beside([...OURS, ...THEIRS, 'app.mjs']),
    'with them in one NodeSDK': beside(['--import', './own-sdk.mjs', 'app.mjs'], { OTHERS: AUTO }),
  },
  'API 1.9': { 'bundled by esbuild': { args: ['out/bundled.cjs'] } },
}

const work = mkdtempSync(path.join(tmpdir(), 'spancost-packed-'))
let faultCount = 0
try {
  const packages = await packAll(work)
  const nodes = await Promise.all(Object.values(NODES).map((version) => fetchNode(version)))
  for (const [name, others] of Object.entries(FOLDERS)) {
    const folder = installFolder(name, packages, others)
    for (const [title, one] of Object.entries(CASES[name])) {
      const results = []
      for (const node of nodes) {
        const faults = await findFaults({ node, folder, ...one })
        faultCount += faults.length
        results.push(faults.length === 0 ? 'fine' : faults.join('; '))
      }
      console.log(`| ${name} | ${title} | ${results.join(' | ')} |`)
    }
  }
} finally {
  rmSync(work, { recursive: true, force: true })
}
process.exitCode = faultCount === 0 ? 0 : 1

function installFolder(name, packages, others) {
  const folder = path.join(work, name.replaceAll(' ', '-'))
  mkdirSync(folder)
  cpSync(path.join(import.meta.dirname, 'packed'), folder, { recursive: true })
  const isWhole = AUTO in others
  const ours = packages.filter(({ manifest }) => isWhole || manifest.name !== '@spancost/node')
  const tarballs = ours.map(({ manifest, tarball }) => [manifest.name, `file:${tarball}`])
  const dependencies = { ...Object.fromEntries(tarballs), ...INSTALLED, ...others }
  writeFileSync(path.join(folder, 'package.json'), JSON.stringify({ private: true, dependencies }))
  const options = { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] }
  execFileSync('npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts'], options)
  bundle(folder)
  return folder
}

/** What is in sdk-node 0.301 asks for `import.meta.url`, which esbuild leaves empty in CommonJS. */
function bundle(folder) {
  const options = ['--bundle', '--platform=node', '--external:@opentelemetry/sdk-node']
  const args = ['bundled.mjs', ...options, '--outfile=out/bundled.cjs']
  execFileSync(path.join(folder, 'node_modules/.bin/esbuild'), args, { cwd: folder, stdio: 'pipe' })
}
