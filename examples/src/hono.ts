import { Hono, type Context, type MiddlewareHandler } from 'hono'
import { askBudget, type Asking, type Call } from './ask-budget.ts'

interface WithModel {
  /** The model that the budget allows. */
  Variables: { model: string }
}

/** Lets a request through where its budget has room, and answers 429 where it has not. */
export function demandBudget(
  describe: (context: Context<WithModel>) => Promise<Call>,
  asking: Asking,
): MiddlewareHandler<WithModel> {
  return async (context, next) => {
    const answer = await askBudget(await describe(context), asking)
    if (answer.kind === 'stop') return context.json(answer.body, answer.status, answer.headers)
    context.set('model', answer.model)
    return next()
  }
}

/** An application with one route; who the user is, your authentication says. */
export function createHonoApp(asking: Asking): Hono<WithModel> {
  const app = new Hono<WithModel>()
  const gate = demandBudget(
    async (context) => ({
      dimensions: { team: 'web', user: context.req.header('x-user') ?? 'nobody' },
      provider: 'openai',
      model: 'gpt-4o',
      promptBytes: Buffer.byteLength(await context.req.text()),
      maxOutputTokens: 500,
    }),
    asking,
  )
  // Here the model is called.
  app.post('/chat', gate, (context) => context.json({ model: context.get('model') }))
  return app
}
