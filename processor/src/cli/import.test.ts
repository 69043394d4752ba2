import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import { openSqliteStore } from '@spancost/ledger'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createOutput, createTestIo, runVerb } from '../testing/run-verb.ts'
import { createChatSpan, createTraces, encodeTraces } from '../testing/traces.ts'
import { runCli } from './index.ts'
import type { Output } from './io.ts'

let folder = ''
let path = ''
let config = ''

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'spancost-import-'))
  path = join(folder, 'ledger.db')
  config = join(folder, 'spancost.yaml')
  writeFileSync(config, `ledger:\n  path: ${path}\n`)
})
afterEach(() => rmSync(folder, { recursive: true }))

/** A line with one call, of that number. */
function line(id: number): string {
  return `${JSON.stringify(createTraces([createChatSpan(id)]))}\n`
}

function write(name: string, content: string | Uint8Array): string {
  const file = join(folder, name)
  writeFileSync(file, content)
  return file
}

/** Runs an import; what it counted of each file is in `files`. */
async function importFiles(...argv: string[]) {
  const { code, stdout, stderr } = await runVerb(['import', '--config', config, '--json', ...argv])
  const files: unknown =
    stdout === '' ? undefined : (JSON.parse(stdout) as { files: unknown }).files
  return { code, files, stderr }
}

async function countOperations(): Promise<bigint> {
  const store = await openSqliteStore({ path })
  const [total] = await store.spend({ by: [] })
  expect(await store.verify({ limit: 1 })).toEqual([])
  await store.close()
  return total?.operations ?? 0n
}

describe('import', () => {
  test('records the operations of every kind of file, each once', async () => {
    const protobuf = encodeTraces(createTraces([createChatSpan(3), createChatSpan(4)]))
    const length = Buffer.alloc(4)
    length.writeUInt32BE(protobuf.length)
    const files = [
      write('spans.jsonl', line(1) + line(2)),
      write('spans.pb', Buffer.concat([length, protobuf])),
      write('spans.jsonl.gz', gzipSync(line(4) + line(5))),
      write('spans.zst', zstdCompressSync(line(5) + line(6))),
    ]
    const { code, files: counted } = await importFiles(...files)
    expect(code).toBe(0)
    expect(counted).toEqual([
      done(files[0]!, { requests: 2, operations: 2, recorded: 2 }),
      done(files[1]!, { requests: 1, operations: 2, recorded: 2 }),
      done(files[2]!, { requests: 2, operations: 2, recorded: 1 }),
      done(files[3]!, { requests: 2, operations: 2, recorded: 1 }),
    ])
    expect(await countOperations()).toBe(6n)
  })

  test('another run reads what came since', async () => {
    const file = write('spans.jsonl', line(1) + line(2))
    await importFiles(file)
    expect((await importFiles(file)).files).toEqual([done(file, { resumedAt: 2 })])
    appendFileSync(file, line(3))
    const again = await importFiles(file)
    expect(again.files).toEqual([
      done(file, { requests: 1, operations: 1, recorded: 1, resumedAt: 2 }),
    ])
    expect(again.stderr).toContain('continued after number 2')
    expect(await countOperations()).toBe(3n)
  })

  test('a file that is not what it was is read from its start', async () => {
    const file = write('spans.jsonl', line(1) + line(2))
    await importFiles(file)
    write('spans.jsonl', line(1) + line(7) + line(8))
    expect((await importFiles(file)).files).toEqual([
      done(file, { requests: 3, operations: 3, recorded: 2 }),
    ])
    expect(await countOperations()).toBe(4n)
  })

  test('stops at what it cannot read, and goes on from there once it is mended', async () => {
    const file = write('spans.jsonl', `${line(1)}\n{"resourceSpans":[\n${line(2)}`)
    const { code, files, stderr } = await importFiles(file)
    expect(code).toBe(1)
    expect(stderr).toContain(`${file}: line 3: not OTLP: neither JSON nor protobuf\n`)
    expect(files).toEqual([
      { ...done(file, { requests: 1, operations: 1, recorded: 1, bad: 1 }), state: 'stopped' },
    ])
    write('spans.jsonl', `${line(1)}\n{"resourceSpans":[]}\n${line(2)}`)
    expect((await importFiles(file)).files).toEqual([
      done(file, { requests: 2, operations: 1, recorded: 1, resumedAt: 1 }),
    ])
    expect(await countOperations()).toBe(2n)
  })

  test('passes over what it cannot read where that is asked for', async () => {
    const file = write('spans.jsonl', `${line(1)}hello\n${line(2)}{"a":1}\n`)
    const { code, files, stderr } = await importFiles('--skip-bad', file)
    expect(code).toBe(1)
    expect(files).toEqual([done(file, { requests: 2, operations: 2, recorded: 2, bad: 2 })])
    expect(stderr).toContain(`${file}: line 2: not OTLP: neither JSON nor protobuf\n`)
    expect(stderr).toContain(`${file}: line 4: not OTLP: JSON without resourceSpans\n`)
    expect(await countOperations()).toBe(2n)
  })
})

function done(file: string, counts: Readonly<Record<string, number>>) {
  const none = { requests: 0, operations: 0, recorded: 0, bad: 0, resumedAt: 0 }
  return { file, state: 'done', ...none, ...counts }
}

describe('import, where it cannot', () => {
  test('a ledger in use', async () => {
    const store = await openSqliteStore({ path })
    const { code, stderr } = await importFiles(write('spans.jsonl', line(1)))
    await store.close()
    expect(code).toBe(1)
    expect(stderr).toContain(`cannot open the ledger ${path}: another process is using it`)
  })

  test('a file that is not there', async () => {
    const { code, stderr } = await importFiles(join(folder, 'absent.jsonl'))
    expect(code).toBe(2)
    expect(stderr).toContain('absent.jsonl: ENOENT')
    expect((await runVerb(['import'])).code).toBe(2)
  })

  test('a compressed file that is cut off keeps what came before', async () => {
    const whole = zstdCompressSync(line(1))
    const file = write(
      'spans.zst',
      Buffer.concat([whole, zstdCompressSync(line(2)).subarray(0, -6)]),
    )
    const { code, stderr } = await importFiles('--skip-bad', file)
    expect(code).toBe(1)
    expect(stderr).toContain('it ends within a Zstandard frame')
    expect(await countOperations()).toBe(1n)
  })
})

test('a terminal sees how far it is, and a signal stops between two requests', async () => {
  const lines = Array.from({ length: 50 }, (_, index) => line(index + 1))
  const file = write('spans.jsonl', lines.join(''))
  const output = createOutput()
  const stderr: Output & { text(): string } = {
    ...output,
    isTTY: true,
    write(text, written) {
      output.write(text, written)
      if (text.includes('%')) signals.emit('SIGINT')
    },
  }
  const { io, signals } = createTestIo({ stderr })
  expect(await runCli(['import', '--config', config, file], io)).toBe(1)
  expect(stderr.text()).toMatch(/spans\.jsonl \[[#.]{24}\] +\d+ %, \d+ operations, \d+ s left/)
  expect(stderr.text()).toContain('stopped: run it again to go on')
  const rest = await importFiles(file)
  expect(rest.code).toBe(0)
  expect(await countOperations()).toBe(50n)
})
