import express, { type Express, type Request, type RequestHandler } from 'express'
import { askBudget, type Asking, type Call } from './ask-budget.ts'

/** Lets a request through where its budget has room, and answers 429 where it has not. */
export function demandBudget(describe: (request: Request) => Call, asking: Asking): RequestHandler {
  return async (request, response, next) => {
    const answer = await askBudget(describe(request), asking)
    if (answer.kind === 'stop') {
      response.status(answer.status).set(answer.headers).json(answer.body)
      return
    }
    response.locals['model'] = answer.model
    next()
  }
}

/** An application with one route; who the user is, your authentication says. */
export function createExpressApp(asking: Asking): Express {
  const app = express()
  app.use(express.text())
  const gate = demandBudget(
    (request) => ({
      dimensions: { team: 'web', user: request.get('x-user') ?? 'nobody' },
      provider: 'openai',
      model: 'gpt-4o',
      promptBytes: Buffer.byteLength(String(request.body)),
      maxOutputTokens: 500,
    }),
    asking,
  )
  app.post('/chat', gate, (_, response) => {
    // Here the model is called.
    response.json({ model: String(response.locals['model']) })
  })
  return app
}
