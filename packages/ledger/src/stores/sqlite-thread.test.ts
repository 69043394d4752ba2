import { expect, test } from 'vitest'
import { startLedgerThread } from './sqlite-thread.ts'

/** What cannot be shown with a ledger that works: its thread dies, or never comes up. */

const options = { path: 'ledger.db', busyTimeoutMs: 0 }

/** A thread that opens nothing, and does this with the first question. */
function writeProgram(onQuestion: string): URL {
  const source = `import { parentPort } from 'node:worker_threads'
    parentPort.on('message', ({ id }) => { ${onQuestion} })
    parentPort.postMessage({ id: 0, answer: { beganAtUnixMs: 17, words: [] } })`
  return new URL(`data:text/javascript,${encodeURIComponent(source)}`)
}

test.each([
  ['throws', "throw new Error('out of luck')", 'the ledger ledger.db has failed: out of luck'],
  ['ends', 'process.exit(3)', 'the ledger ledger.db has failed: its thread has ended'],
])('when the thread %s, everything asked of it rejects', async (_, onQuestion, message) => {
  const thread = await startLedgerThread(options, writeProgram(onQuestion))
  expect(thread.beganAtUnixMs).toBe(17)
  const asked = [
    thread.ask({ kind: 'totals', afterLabelSet: 0 }),
    thread.ask({ kind: 'spend', query: { by: [] } }),
  ]
  for (const result of await Promise.allSettled(asked)) {
    expect(result).toMatchObject({ status: 'rejected', reason: { message } })
  }
  await expect(thread.ask({ kind: 'totals', afterLabelSet: 0 })).rejects.toThrow(message)
  await thread.close()
})

test('a thread that does not come up is an error', async () => {
  const program = new URL('data:text/javascript,throw new Error("no room")')
  await expect(startLedgerThread(options, program)).rejects.toThrow(
    'the ledger ledger.db has failed: no room',
  )
})

test('an error of the thread comes back as the kind that it was', async () => {
  const refuse = "parentPort.postMessage({ id, error: new RangeError('limit 0') })"
  const thread = await startLedgerThread(options, writeProgram(refuse))
  await expect(thread.ask({ kind: 'totals', afterLabelSet: 0 })).rejects.toThrow(RangeError)
  await expect(thread.close()).rejects.toThrow(RangeError)
})
