/**
 * Asks for decisions as fast as they are answered, over as many connections as there are callers,
 * and tells its parent how long each took. It reads no more of HTTP than a length, so that the load
 * takes as little as possible of the machine that it loads.
 */
import { connect } from 'node:net'

export interface Load {
  readonly port: number
  readonly callers: number
  readonly decisions: number
  readonly teams: number
  readonly hold: boolean
  /** Sets the request ids of this load apart from those of others. */
  readonly run: string
}

export interface Loaded {
  readonly elapsedMs: number
  /** Sorted. */
  readonly latenciesMs: readonly number[]
  readonly verdicts: Readonly<Record<string, number>>
}

process.once('message', (load: Load) => {
  void runLoad(load).then((loaded) => process.send?.(loaded, () => process.disconnect()))
})

async function runLoad(load: Load): Promise<Loaded> {
  const latenciesMs: number[] = []
  const verdicts: Record<string, number> = {}
  let next = 0
  const startMs = performance.now()
  const callers = Array.from({ length: load.callers }, async () => {
    const caller = openCaller(load.port)
    while (next < load.decisions) {
      const body = createBody(load, next++)
      const askedMs = performance.now()
      const answer = await caller.ask(body)
      latenciesMs.push(performance.now() - askedMs)
      const [, verdict = answer.slice(0, 200)] = /"decision":"(\w+)"/.exec(answer) ?? []
      verdicts[verdict] = (verdicts[verdict] ?? 0) + 1
    }
    caller.end()
  })
  await Promise.all(callers)
  const elapsedMs = performance.now() - startMs
  return { elapsedMs, latenciesMs: latenciesMs.sort((a, b) => a - b), verdicts }
}

function createBody({ hold, run, teams }: Load, index: number): string {
  return JSON.stringify({
    requestId: hold ? `${run}-${index}` : undefined,
    // Far from each other, and each as often as the next.
    dimensions: { team: `team-${(index * 7919) % teams}`, user: `u${index % 1000}` },
    provider: 'openai',
    model: 'gpt-4o',
    inputTokens: 800 + (index % 500),
    maxOutputTokens: 500,
    hold,
  })
}

interface Caller {
  ask(body: string): Promise<string>
  end(): void
}

function openCaller(port: number): Caller {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true })
  let text = ''
  let answer: ((body: string) => void) | undefined
  socket.setEncoding('utf8')
  socket.on('data', (chunk: string) => {
    text += chunk
    const end = text.indexOf('\r\n\r\n')
    if (end < 0) return
    const [, length] = /content-length: (\d+)/i.exec(text) ?? []
    if (text.length < end + 4 + Number(length)) return
    const body = text.slice(end + 4)
    text = ''
    answer?.(body)
  })
  socket.on('error', (error) => answer?.(error.message))
  return {
    ask: (body) =>
      new Promise((resolve) => {
        answer = resolve
        socket.write(
          `POST /api/v1/decisions HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n` +
            `Content-Length: ${body.length}\r\n\r\n${body}`,
        )
      }),
    end: () => socket.end(),
  }
}
