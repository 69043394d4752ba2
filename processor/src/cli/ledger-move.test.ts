import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openSqliteStore } from '@spancost/ledger'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createEntry } from '../testing/api.ts'
import { runVerb, toStream } from '../testing/run-verb.ts'

let folder = ''

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'spancost-move-'))
  for (const name of ['from', 'to']) {
    writeFileSync(join(folder, `${name}.yaml`), `ledger:\n  path: ${join(folder, name)}.db\n`)
  }
  const store = await openSqliteStore({ path: join(folder, 'from.db') })
  await store.record([createEntry({}), createEntry({ spanId: '00f067aa0ba902b2' })])
  await store.close()
})
afterEach(() => rmSync(folder, { recursive: true }))

function move(action: 'export' | 'import', ledger: 'from' | 'to', file: string, stdin = '') {
  const config = join(folder, `${ledger}.yaml`)
  return runVerb(['ledger', action, file, '--config', config], { stdin: toStream([stdin]) })
}

describe('a ledger that is exported and imported', () => {
  test.each(['a.jsonl', 'a.jsonl.gz', 'a.jsonl.zst'])('by way of %s', async (name) => {
    const file = join(folder, name)
    const exported = await move('export', 'from', file)
    expect(exported).toMatchObject({ code: 0, stderr: '' })
    expect(exported.stdout).toContain(`from.db: exported to ${file}: 1 label_sets, 2 entries`)
    const isText = readFileSync(file, 'latin1').startsWith('{"format":"spancost-ledger"')
    expect(isText).toBe(name.endsWith('l'))

    const imported = await move('import', 'to', file)
    expect(imported.code).toBe(0)
    expect(imported.stdout).toContain(`to.db: imported from ${file}: 1 label_sets, 2 entries`)
    expect(imported.stderr).toContain('to.db: sums, entries, corrections and re-pricings agree')
    const store = await openSqliteStore({ path: join(folder, 'to.db') })
    expect((await store.totals())[0]!.costAtto).toBe(20n * 10n ** 18n)
    await store.close()
  })

  test('by way of standard output and input', async () => {
    const { code, stdout } = await move('export', 'from', '-')
    expect(code).toBe(0)
    expect((await move('import', 'to', '-', stdout)).code).toBe(0)
    expect(existsSync(join(folder, 'to.db'))).toBe(true)
  })
})

describe('what cannot be moved', () => {
  test('to a file or a ledger that is there', async () => {
    const file = join(folder, 'a.jsonl')
    await move('export', 'from', file)
    const again = await move('export', 'from', file)
    expect(again).toEqual({ code: 1, stdout: '', stderr: `spancost: ${file} is there already\n` })
    const taken = await move('import', 'from', file)
    expect(taken.code).toBe(1)
    expect(taken.stderr).toContain('from.db: move it away first')
  })

  test('from nothing, or from something else', async () => {
    const absent = await move('export', 'to', join(folder, 'a.jsonl'))
    expect(absent.stderr).toContain('there is no ledger at')
    const other = join(folder, 'other.txt')
    writeFileSync(other, '{"name":"x"}\n')
    const { code, stderr } = await move('import', 'to', other)
    expect(code).toBe(1)
    expect(stderr).toBe('spancost: line 1: not the header of a spancost-ledger of version 1\n')
    expect((await move('import', 'to', join(folder, 'nowhere'))).stderr).toContain('ENOENT')
    expect(readdirSync(folder).filter((name) => /^to\.db|unfinished/.test(name))).toEqual([])
  })
})
