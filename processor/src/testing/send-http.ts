import http from 'node:http'

export interface HttpAnswer {
  readonly status: number
  readonly headers: http.IncomingHttpHeaders
  readonly body: Buffer
  /** Our end of the connection: the same port again means the same connection. */
  readonly localPort: number
}

export interface Sending {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  /** Several pieces are sent chunked, without a length. */
  readonly body?: Uint8Array | string | readonly (Uint8Array | string)[]
  readonly agent?: http.Agent
  readonly signal?: AbortSignal
}

/** One HTTP request. Unlike `fetch` it takes an answer that comes before the body is sent whole. */
export function sendHttp(url: string, sending: Sending = {}): Promise<HttpAnswer> {
  const { method = 'POST', headers = {}, body = '', agent = false, signal } = sending
  return new Promise((resolve, reject) => {
    const request = http.request(url, { method, headers, agent, ...(signal && { signal }) })
    let answered = false
    request.on('response', (response) => {
      answered = true
      const localPort = response.socket.localPort ?? 0
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('error', reject)
      response.on('end', () => {
        const { statusCode: status = 0, headers: got } = response
        resolve({ status, headers: got, body: Buffer.concat(chunks), localPort })
      })
    })
    request.on('error', (error) => {
      if (!answered) reject(error)
    })
    if (typeof body === 'string' || body instanceof Uint8Array) {
      request.end(body)
      return
    }
    for (const piece of body) request.write(piece)
    request.end()
  })
}
