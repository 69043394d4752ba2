/** An application that makes one call and then ends as `ENDING` says. */
import { OpenAI } from 'openai'

const client = new OpenAI({ apiKey: 'none' })
await client.embeddings.create({ model: 'text-embedding-3-small', input: 'a' })

const ending = process.env['ENDING']
if (ending === 'exit code') {
  process.exitCode = 3
} else if (ending === 'signal') {
  setInterval(() => undefined, 1000)
  process.stdout.write('ready\n')
} else if (ending === 'signal handler') {
  const timer = setInterval(() => undefined, 1000)
  process.once('SIGTERM', () => {
    process.stdout.write('handled\n')
    process.exitCode = 7
    clearInterval(timer)
  })
  process.stdout.write('ready\n')
}
