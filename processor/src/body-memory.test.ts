import { expect, test } from 'vitest'
import { holdBody, lendBodies, lendBody, letGoOfBody } from './body-memory.ts'

test('the last who lets go gives the memory back', () => {
  const body = new Uint8Array(10_000)
  lendBody(body)
  holdBody(body)
  letGoOfBody(body)
  expect(body).toHaveLength(10_000)
  letGoOfBody(body)
  expect(body).toHaveLength(0)
  letGoOfBody(body)
})

test('a request has its body as long as it is in work, and who holds it longer', async () => {
  const kept: Uint8Array[] = []
  const consume = lendBodies(({ body }) => {
    if (kept.length === 0) holdBody(body)
    kept.push(body)
    return Promise.resolve({ kind: 'accepted' })
  })
  for (let count = 0; count < 2; count++) {
    const request = {
      signal: 'traces',
      encoding: 'protobuf',
      body: new Uint8Array(10_000),
    } as const
    await consume(request, new AbortController().signal)
  }
  expect(kept.map(({ length }) => length)).toEqual([10_000, 0])
})

test('a body that nobody has lent stays', () => {
  const body = new Uint8Array(10_000)
  holdBody(body)
  letGoOfBody(body)
  letGoOfBody(body)
  expect(body).toHaveLength(10_000)
})
