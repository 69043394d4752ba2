import {
  fastify,
  type FastifyInstance,
  type FastifyRequest,
  type preHandlerAsyncHookHandler,
} from 'fastify'
import { askBudget, type Asking, type Call } from './ask-budget.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** The model that the budget allows. */
    model: string
  }
}

/** Lets a request through where its budget has room, and answers 429 where it has not. */
export function demandBudget(
  describe: (request: FastifyRequest) => Call,
  asking: Asking,
): preHandlerAsyncHookHandler {
  return async (request, reply) => {
    const answer = await askBudget(describe(request), asking)
    if (answer.kind === 'stop') {
      return reply.code(answer.status).headers(answer.headers).send(answer.body)
    }
    request.model = answer.model
    return undefined
  }
}

/** An application with one route; who the user is, your authentication says. */
export function createFastifyApp(asking: Asking): FastifyInstance {
  const app = fastify()
  app.decorateRequest('model', '')
  const preHandler = demandBudget(
    (request) => ({
      dimensions: { team: 'web', user: String(request.headers['x-user'] ?? 'nobody') },
      provider: 'openai',
      model: 'gpt-4o',
      promptBytes: Buffer.byteLength(String(request.body)),
      maxOutputTokens: 500,
    }),
    asking,
  )
  // Here the model is called.
  app.post('/chat', { preHandler }, async ({ model }) => ({ model }))
  return app
}
