import { expect, test } from 'vitest'
import { readConfig } from '../config.ts'

function readRetention(written: string) {
  const read = readConfig(`ledger:\n  retention: ${written}\n`, {})
  return read.kind === 'config' ? read.config.ledger.retention : read.faults
}

test('entries and sums are kept for ever unless it is said', () => {
  expect(readRetention('{}')).toEqual({ decisionsMs: 7_776_000_000 })
  expect(readRetention('{entries: 90d, hourly: 800d}')).toEqual({
    decisionsMs: 7_776_000_000,
    entriesMs: 7_776_000_000,
    hourlyMs: 69_120_000_000,
  })
})

test('entries are not kept longer than their sums, nor dropped on the day they come', () => {
  const message = expect.stringContaining('shorter than `ledger.retention.entries`')
  expect(readRetention('{entries: 90d, hourly: 30d}')).toMatchObject([{ message }])
  expect(readRetention('{hourly: 30d}')).toMatchObject([{ message }])
  expect(readRetention('{entries: 1d}')).toMatchObject([{ path: 'ledger.retention.entries' }])
})
