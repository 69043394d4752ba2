import { mkdtemp, readFile, rm, utimes, writeFile } from 'node:fs/promises'
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { exportBook } from '@spancost/pricing'
import { pino } from 'pino'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { readConfig } from './config.ts'
import { keepBooks, type BookOutcome, type KeptBooks } from './keep-books.ts'

const AT_MS = Date.parse('2026-09-15')
const BOOK = JSON.stringify(await exportBook())
/** 12 USD per million in the place of 15: a plain change. */
const CHEAPER = changeO1(12)
/** Twenty times as much. */
const ABSURD = changeO1(300)

function changeO1(price: number): string {
  const book = JSON.parse(BOOK) as {
    genaiPrices: {
      providers: { id: string; models: { id: string; prices: { input_mtok: number } }[] }[]
    }
  }
  const openai = book.genaiPrices.providers.find(({ id }) => id === 'openai')
  openai!.models.find(({ id }) => id === 'o1')!.prices.input_mtok = price
  return JSON.stringify(book)
}

let folder: string
let kept: KeptBooks | undefined
let outcomes: BookOutcome[]
let logged: string[]

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'spancost-books-'))
  outcomes = []
  logged = []
})
afterEach(async () => {
  kept?.stop()
  kept = undefined
  vi.useRealTimers()
  await rm(folder, { recursive: true })
})

async function keep(book: object): Promise<() => string | undefined> {
  const read = readConfig(JSON.stringify({ prices: { book } }), {})
  if (read.kind === 'faults') throw new Error(JSON.stringify(read.faults))
  const log = pino({ level: 'info' }, { write: (line) => logged.push(line) })
  const books = await keepBooks(read.config.prices, log, (each) => outcomes.push(each))
  kept = books
  return () => {
    const found = books.of(undefined).find({ provider: 'openai', model: 'o1', atMs: AT_MS })
    return found.kind === 'card' ? found.card.rates.input?.text : found.reason
  }
}

describe('a book file', () => {
  /** With a time of its own, as two writes may share a tick of the clock. */
  async function write(file: string, text: string, second: number): Promise<void> {
    await writeFile(file, text)
    await utimes(file, second, second)
  }

  test('is swapped without a restart, and a bad one changes nothing', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const file = path.join(folder, 'book.json')
    await write(file, BOOK, 1)
    const price = await keep({ path: file })
    expect(price()).toBe('0.000015')

    const look = async (text: string, second: number, count: number) => {
      await write(file, text, second)
      vi.advanceTimersByTime(10_000)
      await vi.waitFor(() => expect(outcomes).toHaveLength(count), { timeout: 10_000 })
      // The next look is set up once this one has ended.
      await new Promise((resolve) => setImmediate(resolve))
    }
    await look('{"format": "spanc', 2, 1)
    expect(price()).toBe('0.000015')
    await look(ABSURD, 3, 2)
    expect(price()).toBe('0.000015')
    await look(CHEAPER, 4, 3)
    expect(price()).toBe('0.000012')
    expect(outcomes).toEqual(['failed', 'refused', 'taken'])
    expect(logged.join('')).toContain('openai/o1: the rate of input goes from 0.000015 to 0.0003')
  })

  test('that is bad at the start is an error that names it', async () => {
    const file = path.join(folder, 'book.json')
    await writeFile(file, '[]')
    await expect(keep({ path: file })).rejects.toThrow(`the price book ${file}: the list: expected`)
    await expect(keep({ path: `${file}.nowhere` })).rejects.toThrow('nowhere')
  })
})

describe('an address', () => {
  let server: Server
  let asked: IncomingHttpHeaders[]
  let answer: { status: number; text: string; etag: string }

  beforeEach(async () => {
    asked = []
    answer = { status: 200, text: CHEAPER, etag: '"1"' }
    server = createServer((request, response) => {
      asked.push(request.headers)
      const isSame = request.headers['if-none-match'] === answer.etag
      response.writeHead(isSame ? 304 : answer.status, { etag: answer.etag })
      response.end(isSame ? '' : answer.text)
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  })
  afterEach(() => {
    server.closeAllConnections()
    server.close()
  })

  const address = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}/book.json`

  test('is asked at once; what is taken is kept for the next start', async () => {
    const file = path.join(folder, 'kept.json')
    const headers = { authorization: 'Bearer x' }
    const price = await keep({ url: address(), path: file, headers })
    await vi.waitFor(() => expect(outcomes).toEqual(['taken']), { timeout: 10_000 })
    expect(price()).toBe('0.000012')
    expect(asked).toMatchObject([{ authorization: 'Bearer x' }])
    await vi.waitFor(async () => expect(await readFile(file, 'utf8')).toBe(CHEAPER))
    kept?.stop()

    server.closeAllConnections()
    server.close()
    expect((await keep({ url: 'http://127.0.0.1:9/book.json', path: file }))()).toBe('0.000012')
  })

  test('that has nothing new is not read again, and one that fails changes nothing', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const price = await keep({ url: address(), interval: '1m' })
    const next = async (count: number) => {
      await vi.waitFor(() => {
        vi.advanceTimersByTime(66_000)
        expect(asked.length).toBeGreaterThanOrEqual(count)
      })
    }
    await vi.waitFor(() => expect(outcomes).toEqual(['taken']), { timeout: 10_000 })
    await next(2)
    expect(asked[1]?.['if-none-match']).toBe('"1"')
    expect(outcomes).toEqual(['taken'])
    answer = { status: 500, text: 'no', etag: '"2"' }
    await next(asked.length + 1)
    await vi.waitFor(() => expect(outcomes).toContain('failed'))
    expect(price()).toBe('0.000012')
    expect(logged.join('')).toContain('HTTP 500')
  })
})

test('nothing is fetched or looked at where the config names no book', async () => {
  const fetched = vi.spyOn(globalThis, 'fetch')
  const read = readConfig('', {})
  if (read.kind === 'faults') throw new Error('the defaults are wrong')
  kept = await keepBooks(read.config.prices, pino({ level: 'silent' }), () => {})
  expect(kept.of('acme').id).toMatch(/^genai-prices@/)
  expect(fetched).not.toHaveBeenCalled()
  fetched.mockRestore()
})
