/**
 * The demo's application: a support desk that sorts its tickets with the help of a few models. It
 * is an ordinary user of the `openai` package and of the OpenTelemetry API; that its calls become
 * spans is the doing of `--import @spancost/node/register`.
 *
 *   node --import @spancost/node/register app.js [number of tickets]
 *
 * `OPENAI_BASE_URL` says where the models are, the standard `OTEL_*` variables where spans go. It
 * logs one JSON object for each ticket.
 */
import { trace } from '@opentelemetry/api'
import { OpenAI } from 'openai'

interface Ticket {
  readonly subject: string
  readonly text: string
  /** There is an article that answers it; no letter needs to be written. */
  readonly isCommon?: boolean
  /** Somebody has to look into the terms before it is answered. */
  readonly isDisputed?: boolean
}

const TICKETS: readonly Ticket[] = [
  { subject: 'Charged twice', text: 'My card shows the same payment two times.' },
  { subject: 'Forgot my password', text: 'How do I set a new one?', isCommon: true },
  {
    subject: 'Refund after 40 days',
    text: 'The box was never opened. May I still send it back?',
    isDisputed: true,
  },
  { subject: 'Change of address', text: 'We have moved to Lyon.', isCommon: true },
  { subject: 'Parcel is late', text: 'It was promised for Monday; it is Friday.' },
  {
    subject: 'Invoice is wrong',
    text: 'You billed 12 seats, the contract says 10.',
    isDisputed: true,
  },
]

const tracer = trace.getTracer('support-desk')
const openai = new OpenAI({ apiKey: process.env['OPENAI_API_KEY'] ?? 'not needed here' })

const count = Number(process.argv[2] ?? TICKETS.length)
for (let number = 0; number < count; number += 1) {
  const ticket = TICKETS[number % TICKETS.length]
  if (ticket !== undefined) await handleTicket(`T-${1001 + number}`, ticket)
}

/** One ticket is one trace: the span of the ticket, and below it the calls that it took. */
async function handleTicket(id: string, ticket: Ticket): Promise<void> {
  await tracer.startActiveSpan('handle ticket', async (span) => {
    span.setAttribute('ticket.id', id)
    await classify(ticket)
    await findSimilar(ticket)
    const advice = ticket.isDisputed === true ? await lookIntoTerms(ticket) : ''
    if (ticket.isCommon !== true) await writeAnswer(ticket, advice)
    span.end()
    const { traceId } = span.spanContext()
    console.log(JSON.stringify({ ticket: id, subject: ticket.subject, trace_id: traceId }))
  })
}

async function classify({ subject, text }: Ticket): Promise<string> {
  const completion = await openai.chat.completions.create({
    model: 'gpt-4o-mini',
    messages: [
      { role: 'system', content: 'Sort the ticket. Answer with category and urgency as JSON.' },
      { role: 'user', content: `${subject}\n\n${text}` },
    ],
    response_format: { type: 'json_object' },
  })
  return completion.choices[0]?.message.content ?? ''
}

async function findSimilar({ text }: Ticket): Promise<readonly number[]> {
  const embeddings = await openai.embeddings.create({
    model: 'text-embedding-3-small',
    input: text,
  })
  return embeddings.data[0]?.embedding ?? []
}

async function lookIntoTerms({ text }: Ticket): Promise<string> {
  const response = await openai.responses.create({
    model: 'gpt-5-mini',
    instructions: 'What do our terms say about it?',
    input: text,
    reasoning: { effort: 'medium' },
  })
  return response.output_text
}

async function writeAnswer({ text }: Ticket, advice: string): Promise<string> {
  const stream = await openai.chat.completions.create({
    model: 'gpt-4o',
    messages: [
      { role: 'system', content: `Write a short, kind answer. ${advice}` },
      { role: 'user', content: text },
    ],
    stream: true,
    // Without it, the provider never says how many tokens a stream took.
    stream_options: { include_usage: true },
  })
  let answer = ''
  for await (const chunk of stream) answer += chunk.choices[0]?.delta.content ?? ''
  return answer
}
