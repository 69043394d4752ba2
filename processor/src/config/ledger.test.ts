import { expect, test } from 'vitest'
import { readConfig } from '../config.ts'

function readRetention(written: string) {
  const read = readConfig(`ledger:\n  retention: ${written}\n`, {})
  return read.kind === 'config' ? read.config.ledger.retention : read.faults
}

test('retention is for ever unless it is said', () => {
  expect(readRetention('{}')).toEqual({})
  expect(readRetention('{entries: 90d, hourly: 800d}')).toEqual({
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
