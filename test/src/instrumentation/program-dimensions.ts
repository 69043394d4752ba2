/** An application that says for whom it calls a model, with an SDK that propagates by itself. */
import { Anthropic } from '@anthropic-ai/sdk'
import { propagation, context, trace } from '@opentelemetry/api'
import { withCostDimensions } from '@spancost/node'
import { OpenAI } from 'openai'

const { PROVIDER_URL: baseURL = '' } = process.env
const anthropic = new Anthropic({ apiKey: 'none', baseURL })
const openai = new OpenAI({ apiKey: 'none', baseURL })

const baggage = propagation.createBaggage({ theirs: { value: 'kept' } })
await context.with(propagation.setBaggage(context.active(), baggage), () =>
  withCostDimensions(
    { tenant: 'acme-4711', feature: 'triage-4711', userId: 'u-4711' },
    async () => {
      await new Promise((resolve) => setTimeout(resolve, 1))
      await anthropic.messages.create({ model: 'claude', max_tokens: 1, messages: [] })
      await openai.chat.completions.create({ model: 'gpt', messages: [] })
      trace.getTracer('application').startSpan('work').end()
    },
  ),
)
trace.getTracer('application').startSpan('other work').end()
