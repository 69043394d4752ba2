import { createServer } from 'node:net'

/** Where the demo's processor listens, as `host:port`. */
export interface Endpoints {
  readonly grpc: string
  readonly http: string
  readonly api: string
}

/** The processor's usual endpoints, unless the environment names others. */
export function readEndpoints(env: NodeJS.ProcessEnv): Endpoints {
  return {
    grpc: env['SPANCOST_GRPC_ENDPOINT'] ?? '127.0.0.1:14317',
    http: env['SPANCOST_HTTP_ENDPOINT'] ?? '127.0.0.1:14318',
    api: env['SPANCOST_API_ENDPOINT'] ?? '127.0.0.1:14320',
  }
}

/** Why an endpoint cannot be used, in words for the user; `undefined` where it can. */
export async function findPortProblem(endpoints: Endpoints): Promise<string | undefined> {
  for (const [name, endpoint] of Object.entries(endpoints)) {
    const code = await tryToListen(endpoint)
    const variable = `SPANCOST_${name.toUpperCase()}_ENDPOINT`
    if (code === 'EADDRINUSE') {
      return (
        `${endpoint} is in use. Does another spancost run? End it, ` +
        `or choose another endpoint: ${variable}=127.0.0.1:PORT npm start`
      )
    }
    if (code !== undefined) return `cannot listen on ${endpoint} (${code}); see ${variable}`
  }
  return undefined
}

/** The code of the error, where there is one. */
async function tryToListen(endpoint: string): Promise<string | undefined> {
  const { hostname, port } = new URL(`tcp://${endpoint}`)
  const server = createServer()
  return new Promise((resolve) => {
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message))
    server.listen({ host: hostname, port: Number(port), exclusive: true }, () => {
      server.close(() => resolve(undefined))
    })
  })
}
