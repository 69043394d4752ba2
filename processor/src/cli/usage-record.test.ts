import { describe, expect, test } from 'vitest'
import { readRecord } from './usage-record.ts'

const NOW_MS = 1_785_542_400_000

describe('a record', () => {
  test('may have every field', () => {
    const record = {
      provider: 'openai',
      model: 'gpt-4o',
      timestamp: '2026-08-01T12:00:00Z',
      serviceTier: 'batch',
      region: 'eu',
      serverAddress: 'api.openai.com',
      usage: { inputTokens: 5, cacheReadTokens: 0, audioSeconds: 1.5 },
      mine: { anything: [1] },
    }
    expect(readRecord(record, NOW_MS)).toEqual({
      kind: 'record',
      atMs: 1_785_585_600_000,
      operation: {
        dialect: 'record',
        role: 'leaf',
        name: 'record',
        provider: 'openai',
        requestModel: 'gpt-4o',
        serviceTier: 'batch',
        region: 'eu',
        serverAddress: 'api.openai.com',
        usage: { inputTokens: 5, cacheReadTokens: 0, audioSeconds: 1.5 },
      },
    })
  })

  test('may leave out or null everything; the time is then now', () => {
    const operation = { dialect: 'record', role: 'leaf', name: 'record', usage: {} }
    const expected = { kind: 'record', atMs: NOW_MS, operation }
    const nulls = { provider: null, timestamp: null, usage: { inputTokens: null } }
    expect(readRecord({}, NOW_MS)).toEqual(expected)
    expect(readRecord(nulls, NOW_MS)).toEqual(expected)
  })

  test.each([
    [[], 'expected a JSON object'],
    ['x', 'expected a JSON object'],
    [null, 'expected a JSON object'],
    [{ model: 5 }, 'model: expected text'],
    [{ usage: 5 }, 'usage: expected an object'],
    [{ usage: [] }, 'usage: expected an object'],
    [{ usage: { inputTokens: '5' } }, 'usage.inputTokens: expected a number'],
    [
      { usage: { input_tokens: 5 } },
      'unknown field "usage.input_tokens"; did you mean "inputTokens"?',
    ],
    [{ usage: { credits: 5 } }, 'unknown field "usage.credits"'],
    [{ usage: { constructor: 5 } }, 'unknown field "usage.constructor"'],
    [{ service_tier: 'batch' }, 'unknown field "service_tier"; did you mean "serviceTier"?'],
    [
      { timestamp: 'soon' },
      'timestamp: expected ISO 8601 such as 2026-08-01 or 2026-08-01T12:00:00Z, or Unix milliseconds',
    ],
    [
      { timestamp: true },
      'timestamp: expected ISO 8601 such as 2026-08-01 or 2026-08-01T12:00:00Z, or Unix milliseconds',
    ],
  ])('%j is malformed', (value, message) => {
    expect(readRecord(value, NOW_MS)).toEqual({ kind: 'malformed', message })
  })
})
