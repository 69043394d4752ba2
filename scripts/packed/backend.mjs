/** A server that answers like three providers and takes the spans of those who call them. */
import { createServer } from 'node:http'

const REPLIES = [
  [
    '/v1/chat/completions',
    {
      id: 'chatcmpl-1',
      model: 'gpt-4o-2024-08-06',
      choices: [{ index: 0, message: { role: 'assistant', content: 'Hi' }, finish_reason: 'stop' }],
      usage: { prompt_tokens: 11, completion_tokens: 2, total_tokens: 13 },
    },
  ],
  [
    '/v1/messages',
    {
      id: 'msg_1',
      type: 'message',
      role: 'assistant',
      model: 'claude-sonnet-4-5',
      content: [{ type: 'text', text: 'Hi' }],
      stop_reason: 'end_turn',
      usage: { input_tokens: 12, output_tokens: 2 },
    },
  ],
  [
    ':generateContent',
    {
      candidates: [{ content: { role: 'model', parts: [{ text: 'Hi' }] }, finishReason: 'STOP' }],
      usageMetadata: { promptTokenCount: 13, candidatesTokenCount: 2, totalTokenCount: 15 },
      modelVersion: 'gemini-2.5-pro',
      responseId: 'g-1',
    },
  ],
]

/** @returns its `url`, the `spans` that came (with plain `attributes`), and how to `close` it */
export async function startBackend() {
  const spans = []
  const server = createServer((request, response) => {
    const chunks = []
    request.on('data', (chunk) => chunks.push(chunk))
    request.on('end', () => {
      if (request.url === '/v1/traces') spans.push(...readSpans(Buffer.concat(chunks).toString()))
      const reply =
        REPLIES.find(([ending]) => request.url.split('?')[0].endsWith(ending))?.[1] ?? {}
      response.writeHead(200, { 'content-type': 'application/json' })
      response.end(JSON.stringify(reply))
    })
  })
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  const close = () => {
    server.closeAllConnections()
    server.close()
  }
  return { url: `http://127.0.0.1:${server.address().port}`, spans, close }
}

function readSpans(body) {
  const { resourceSpans = [] } = JSON.parse(body)
  const scopes = resourceSpans.flatMap((resource) => resource.scopeSpans)
  return scopes.flatMap(({ scope, spans }) =>
    spans.map((span) => ({ ...span, scope: scope.name, attributes: readAttributes(span) })),
  )
}

function readAttributes({ attributes }) {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]))
}
