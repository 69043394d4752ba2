import { createServer, type Server } from 'node:http'
import { Readable } from 'node:stream'
import { text as readText } from 'node:stream/consumers'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { observeBody } from './response-body.ts'

let server: Server
let url = ''
/** How many parts the server has written so far, of the endless answer. */
let written = 0

beforeAll(async () => {
  server = createServer((request, response) => {
    if (request.url === '/one') return void response.end('{"a":1}')
    if (request.url === '/endless') {
      const write = () => {
        written += 1
        if (!response.destroyed) response.write('x'.repeat(65_536), write)
      }
      return write()
    }
    response.write('one\n')
    return setTimeout(() => response.end('two'), 5)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`
})
afterAll(() => {
  server.closeAllConnections()
  server.close()
})

/** Both of two responses: one left alone, one observed, with what was heard. */
async function fetchBoth(path = '/') {
  const heard: string[] = []
  const observed = await fetch(url + path)
  observeBody(observed, () => {
    const decoder = new TextDecoder()
    let body = ''
    return {
      receive: (part) => {
        body += typeof part === 'string' ? part : decoder.decode(part, { stream: true })
      },
      end: () => heard.push(body),
    }
  })
  return { plain: await fetch(url + path), observed, heard }
}

/** All that an application may do with a body, and what it sees of it. */
const READINGS: Readonly<Record<string, (response: Response) => Promise<unknown>>> = {
  text: async (response) => response.text(),
  arrayBuffer: async (response) => new Uint8Array(await response.arrayBuffer()),
  bytes: async (response) => response.bytes(),
  blob: async (response) => (await response.blob()).text(),
  'for await': async (response) => new TextDecoder().decode(Buffer.concat(await readAll(response))),
  'a reader': async (response) => {
    const reader = response.body?.getReader()
    let size = 0
    for (let read = await reader?.read(); read?.done === false; read = await reader?.read())
      size += read.value.length
    return size
  },
  'a reader of own memory': async (response) => {
    const reader = response.body!.getReader({ mode: 'byob' })
    let size = 0
    for (;;) {
      const { done, value } = await reader.read(new Uint8Array(3))
      if (done) return { size, value }
      size += value.length
    }
  },
  pipeThrough: async (response) => {
    const parts: string[] = []
    const stream = response.body?.pipeThrough(new TextDecoderStream())
    for await (const part of stream ?? []) parts.push(part)
    return parts.join('')
  },
  tee: async (response) => {
    const [left, right] = response.body!.tee()
    return [await new Response(left).text(), await new Response(right).text()]
  },
  'a stream of Node': async (response) => readText(Readable.fromWeb(response.body as never)),
  'a stream asked for twice': async (response) => {
    const { body } = response
    return {
      isSame: body === response.body,
      text: await response.text(),
      bodyUsed: response.bodyUsed,
    }
  },
  'another response': async (response) => new Response(response.body).text(),
  'a clone': async (response) => response.clone().text(),
}

test.each(Object.keys(READINGS))('%s: the same is seen, and all of it is heard', async (name) => {
  const { plain, observed, heard } = await fetchBoth()
  const expected = await READINGS[name]?.(plain)
  expect(await READINGS[name]?.(observed)).toEqual(expected)
  expect(heard).toEqual(['one\ntwo'])
  expect(observed.bodyUsed).toBe(plain.bodyUsed)
})

test('json', async () => {
  const { plain, observed, heard } = await fetchBoth('/one')
  expect(await observed.json()).toEqual(await plain.json())
  expect(heard).toEqual(['{"a":1}'])
})

/** What is refused, by which error. */
const REFUSED: typeof READINGS = {
  'read twice': async (response) => {
    await response.text()
    return response.text()
  },
  'read as a stream before': async (response) => {
    for await (const _ of response.body ?? []) break
    return response.text()
  },
  'held by a reader': async (response) => {
    response.body?.getReader()
    return response.text()
  },
  'cloned too late': async (response) => {
    await response.text()
    return response.clone()
  },
  'no JSON': async (response) => response.json(),
}

test.each(Object.keys(REFUSED))('%s: the same error', async (name) => {
  const { plain, observed } = await fetchBoth()
  const error: unknown = await REFUSED[name]?.(plain).catch((thrown: unknown) => thrown)
  expect(error).toBeInstanceOf(Error)
  await expect(REFUSED[name]?.(observed)).rejects.toEqual(error)
})

test('a released reader leaves the body to others', async () => {
  const { observed, heard } = await fetchBoth()
  observed.body?.getReader().releaseLock()
  expect(await observed.text()).toBe('one\ntwo')
  expect(heard).toEqual(['one\ntwo'])
})

test('nothing is read ahead, and leaving reaches the server', async () => {
  const { plain, observed, heard } = await fetchBoth('/endless')
  await plain.body?.cancel()
  const reader = observed.body?.getReader()
  await reader?.read()
  let before = -1
  // What lies in buffers on the way is full at some time.
  while (before !== written) {
    before = written
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  await reader?.cancel()
  await expect.poll(() => written, { timeout: 30_000 }).toBeGreaterThan(before)
  expect(heard).toEqual([])
})

test('a stream that the application made stays its own', async () => {
  const stream = new ReadableStream({ start: (controller) => controller.close() })
  const response = new Response(stream)
  observeBody(response, () => ({ receive: () => undefined, end: () => undefined }))
  expect(response.body).toBe(stream)
})

async function readAll(response: Response): Promise<Uint8Array[]> {
  const parts: Uint8Array[] = []
  for await (const part of response.body ?? []) parts.push(part)
  return parts
}
