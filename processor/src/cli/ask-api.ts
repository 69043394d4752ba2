import { existsSync } from 'node:fs'
import { request } from 'undici'
import { openBudgets } from '../budgets/open-budgets.ts'
import { LOCAL_CALLER } from '../api/access.ts'
import { findRoute } from '../api/routes.ts'
import { renderAnswer, type Rendered } from '../api/render.ts'
import type { Config } from '../config.ts'
import type { Env } from '../config/file.ts'
import { readBaseUrl } from '../config/values.ts'
import { describeError } from '../describe-error.ts'
import { splitEndpoint } from '../endpoint.ts'
import { openBooks } from '../open-book.ts'
import { openLedger } from '../open-ledger.ts'
import { VERSION } from '../version.ts'
import { formatFault, loadConfig } from './config-source.ts'
import { writeLine, type ExitCode, type Io } from './io.ts'
import { openKeptAlerts } from './kept-alerts.ts'
import { UsageError } from './verb.ts'

/** Flags of every verb that asks what the API answers. */
export const ASK_FLAGS = {
  api: { type: 'string' },
  config: { type: 'string' },
  ledger: { type: 'boolean' },
} as const

export const ASK_HELP = `  --api URL       ask the processor there
  --config FILE   default: ./spancost.yaml; without one, the defaults. The processor at its
                  api.endpoint is asked; where none answers, its ledger is opened and read
  --ledger        open the ledger without asking a processor

A processor with \`api.tokens\` wants one in the environment variable SPANCOST_TOKEN.`

export interface ApiAnswer {
  /** JSON, or CSV where that was asked for. */
  readonly text: string
  /** A URL, or a ledger. */
  readonly source: string
}

export type Asked =
  | ({ readonly kind: 'answer' } & ApiAnswer)
  /** It was told to the user. */
  | { readonly kind: 'failed'; readonly code: ExitCode }

interface AskFlags {
  readonly api?: string | undefined
  readonly config?: string | undefined
  readonly ledger?: boolean | undefined
}

const TIMEOUT_MS = 120_000

/**
 * Asks a processor, or its routes over a ledger that nobody serves: the answer is the same.
 * `query` has the parameters of docs/api.md, which flags are named after.
 * @throws UsageError where the question is refused.
 */
export async function askApi(
  path: string,
  query: URLSearchParams,
  flags: AskFlags,
  io: Io,
): Promise<Asked> {
  if (flags.api !== undefined) {
    if (readBaseUrl(flags.api) === undefined) {
      throw new UsageError(`--api: expected a URL such as http://127.0.0.1:14320`)
    }
    return tell(() => fetchAnswer(flags.api!, path, query, io.env), io)
  }
  const loaded = await loadConfig(flags.config, io.env)
  if (loaded.kind === 'faults') {
    for (const fault of loaded.faults) await writeLine(io.stderr, formatFault(loaded.file, fault))
    return { kind: 'failed', code: 1 }
  }
  return tell(() => askConfigured(loaded.config, path, query, flags.ledger ?? false, io.env), io)
}

/** Posts to a processor, which has to be there: a ledger that nobody serves takes no steps. */
export async function postApi(path: string, body: object, flags: AskFlags, io: Io): Promise<Asked> {
  const posted = JSON.stringify(body)
  const none = new URLSearchParams()
  if (flags.api !== undefined) {
    if (readBaseUrl(flags.api) === undefined) {
      throw new UsageError(`--api: expected a URL such as http://127.0.0.1:14320`)
    }
    return tell(() => fetchAnswer(flags.api!, path, none, io.env, posted), io)
  }
  const loaded = await loadConfig(flags.config, io.env)
  if (loaded.kind === 'config') {
    const url = toUrl(loaded.config.api.endpoint)
    return tell(() => fetchAnswer(url, path, none, io.env, posted), io)
  }
  for (const fault of loaded.faults) await writeLine(io.stderr, formatFault(loaded.file, fault))
  return { kind: 'failed', code: 1 }
}

type Found = Rendered & { readonly source: string }

async function tell(ask: () => Promise<Found>, io: Io): Promise<Asked> {
  let found: Found
  try {
    found = await ask()
  } catch (error) {
    await writeLine(io.stderr, `spancost: ${describeError(error)}`)
    return { kind: 'failed', code: 1 }
  }
  const { status, contentType, text, source } = found
  const isOurs = /^(?:application\/json|text\/csv)\b/.test(contentType)
  if (status < 300 && isOurs) return { kind: 'answer', text, source }
  const { parameter, detail } = readProblem(text)
  if (parameter !== undefined) {
    throw new UsageError(`--${parameter}${detail.replace(/^parameter "[^"]*"/, '')}`)
  }
  await writeLine(io.stderr, `spancost: ${source} answers ${status}: ${detail}`)
  return { kind: 'failed', code: 1 }
}

/** Whoever answers need not be one of ours. */
function readProblem(text: string): { readonly detail: string; readonly parameter?: string } {
  try {
    const { detail, parameter } = JSON.parse(text) as Record<string, unknown>
    return {
      detail: typeof detail === 'string' ? detail : 'no reason given',
      ...(typeof parameter === 'string' && { parameter }),
    }
  } catch {
    return { detail: 'this is no spancost processor, or an older one' }
  }
}

async function askConfigured(
  config: Config,
  path: string,
  query: URLSearchParams,
  ledgerOnly: boolean,
  env: Env,
): Promise<Found> {
  if (!ledgerOnly) {
    try {
      return await fetchAnswer(toUrl(config.api.endpoint), path, query, env)
    } catch (error) {
      if (!isRefusal(error)) throw error
    }
  }
  const { store: kind, path: file } = config.ledger
  // Opening would make a new one.
  if (kind === 'sqlite' && !existsSync(file)) throw new Error(`there is no ledger at ${file}`)
  const books = await openBooks(config.prices)
  const store = await openLedger(config.ledger)
  try {
    const match = findRoute(path)
    if (match.kind !== 'route') throw new Error(`there is no ${path}`)
    const asked = {
      ...openBudgets(store, books, config),
      forecasts: () => new Map(),
      alerts: openKeptAlerts(store),
      store,
      books,
      version: VERSION,
      whyNotReady: () => undefined,
      caller: LOCAL_CALLER,
    }
    const rendered = renderAnswer(await match.route.answer(asked, [...match.found, ...query]))
    return { ...rendered, source: kind === 'sqlite' ? file : kind }
  } finally {
    await store.close()
  }
}

async function fetchAnswer(
  base: string,
  path: string,
  query: URLSearchParams,
  { SPANCOST_TOKEN: token }: Env,
  posted?: string,
): Promise<Found> {
  const source = base.replace(/\/+$/, '')
  const signal = AbortSignal.timeout(TIMEOUT_MS)
  try {
    // `fetch` refuses some ports, which an endpoint may well have.
    const url = query.size === 0 ? source + path : `${source}${path}?${query.toString()}`
    const { statusCode, headers, body } = await request(url, {
      signal,
      headers: {
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
        ...(posted !== undefined && { 'content-type': 'application/json' }),
      },
      ...(posted !== undefined && { method: 'POST', body: posted }),
    })
    const status = statusCode
    return { status, contentType: String(headers['content-type']), text: await body.text(), source }
  } catch (error) {
    throw new Error(`cannot ask ${source}: ${describeError(error)}`, { cause: error })
  }
}

/** Where a processor that listens everywhere is reached from the same machine. */
function toUrl(endpoint: string): string {
  const { host, port } = splitEndpoint(endpoint)!
  const local = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host
  return `http://${local.includes(':') ? `[${local}]` : local}:${port}`
}

function isRefusal(error: unknown): boolean {
  const { cause } = error as Error
  return cause instanceof Error && 'code' in cause && cause.code === 'ECONNREFUSED'
}
