/** The Go Collector's own codec, built and run where Go is there. */
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { createBatch, type BatchShape } from './batches.ts'

const SOURCES = fileURLToPath(new URL('../../src/bench/go-codec/', import.meta.url))

export interface GoCodec {
  /** CPU time of a span in nanoseconds, on one core. */
  measure(shape: BatchShape, batches: number, effort: GoEffort): number
  remove(): void
}

export interface GoEffort {
  readonly warmUpMs: number
  readonly roundMs: number
  readonly rounds: number
}

/** A text says why it cannot be had. */
export function buildGoCodec(): GoCodec | string {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'spancost-go-codec-'))
  const binary = path.join(folder, 'go-codec')
  const built = spawnSync('go', ['build', '-o', binary, '.'], { cwd: SOURCES, encoding: 'utf8' })
  const remove = (): void => rmSync(folder, { recursive: true, force: true })
  if (built.status !== 0) {
    remove()
    return built.error?.message ?? built.stderr.trim()
  }
  return {
    measure: (shape, count, { warmUpMs, roundMs, rounds }) => {
      const files = Array.from({ length: count }, (_, index) => {
        const file = path.join(folder, `${index}.bin`)
        writeFileSync(file, createBatch(shape, index + 1))
        return file
      })
      const args = [warmUpMs, roundMs, rounds].map(String)
      const env = { ...process.env, GOMAXPROCS: '1' }
      return Number(execFileSync(binary, [...args, ...files], { env, encoding: 'utf8' }))
    },
    remove,
  }
}
