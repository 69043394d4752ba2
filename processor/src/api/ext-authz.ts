import type { IncomingHttpHeaders } from 'node:http'
import { ROLES } from './access.ts'
import { answerJson, type Answer, type Route } from './answer.ts'
import { askForCall, showDecision, summarize } from './decisions.ts'
import { toMoney } from './json.ts'
import type { Forwarded } from './posted.ts'

/**
 * Envoy's external authorization over HTTP (`ext_authz`, `http_service` with a `path_prefix`), and
 * whatever else asks in its way: 200 lets the call through, every other status is what the client
 * gets. What is asked stands in `x-spancost-*` headers, and, where the request's body comes along,
 * in the body: its model, its most output tokens, and its bytes as a bound of its input tokens.
 */
export const extAuthzRoute: Route = {
  path: '/api/v1/ext-authz/{+path}',
  parameterNames: ['path'],
  method: 'ANY',
  needs: ROLES.decider,
  minds: 'labels',
  async answer(asked) {
    const { forwarded } = asked
    if (forwarded === undefined) throw new Error('this route takes whole requests')
    const call = readCall(forwarded)
    if (call.kind === 'bad') return refuse(call.detail)
    const answered = await askForCall(asked, call.call)
    if (answered.kind === 'refused') return answered.answer
    const { decided } = answered
    const { verdict, by, holdId, question } = decided
    const headers = {
      'x-spancost-decision': summarize(decided),
      ...(holdId !== undefined && { 'x-spancost-hold-id': holdId }),
    }
    if (verdict.kind === 'allow') {
      const worstCase = question.isPriced && { worstCase: toMoney(question.worstCase.costAtto) }
      return { ...answerJson({ ...showDecision(decided), ...worstCase }), headers }
    }
    const about = `budget "${by?.budgetId}" in ${by?.windowId}`
    if (verdict.kind === 'throttle') {
      const seconds = Math.max(1, Math.ceil(verdict.retryAfterMs / 1000))
      const wait = { ...headers, 'retry-after': String(seconds) }
      return stop(429, `${about} slows calls down; try again in ${seconds} s`, wait)
    }
    if (verdict.kind === 'downgrade') {
      const instead = { ...headers, 'x-spancost-model': encodeURIComponent(verdict.model) }
      return stop(403, `${about} allows only cheaper models, such as ${verdict.model}`, instead)
    }
    return stop(403, `${about} has no room for this call (${by?.why})`, headers)
  },
}

function stop(status: number, detail: string, headers: Readonly<Record<string, string>>): Answer {
  return { kind: 'problem', status, problem: { detail }, headers }
}

function refuse(detail: string): Answer {
  return { kind: 'problem', status: 400, problem: { detail } }
}

type ReadCall =
  | { readonly kind: 'call'; readonly call: Readonly<Record<string, unknown>> }
  | { readonly kind: 'bad'; readonly detail: string }

/** The call in the words of `POST /api/v1/decisions`; headers win over the body. */
function readCall({ headers, bytes, body }: Forwarded): ReadCall {
  const dimensions = readDimensions(first(headers, 'x-spancost-dimensions') ?? '')
  if (dimensions === undefined) {
    return { kind: 'bad', detail: 'x-spancost-dimensions: expected team=search,user=u1' }
  }
  const isCut = headers['x-envoy-auth-partial-body'] === 'true'
  const inputTokens = first(headers, 'x-spancost-input-tokens')
  if (isCut && inputTokens === undefined) {
    const detail = 'the body was cut, so its length bounds nothing; send x-spancost-input-tokens'
    return { kind: 'bad', detail }
  }
  const holds = first(headers, 'x-spancost-hold')
  const said = describeBody(body)
  const call = {
    dimensions,
    provider: first(headers, 'x-spancost-provider'),
    model: first(headers, 'x-spancost-model') ?? said.model,
    serviceTier: first(headers, 'x-spancost-service-tier') ?? said.serviceTier,
    inputTokens: toCount(inputTokens) ?? bytes,
    maxOutputTokens:
      toCount(first(headers, 'x-spancost-max-output-tokens')) ?? said.maxOutputTokens,
    requestId: first(headers, 'x-spancost-request-id') ?? first(headers, 'x-request-id'),
    hold: holds === undefined || holds === 'false' ? false : holds === 'true' || toHold(holds),
  }
  const given = Object.entries(call).filter(([, value]) => value !== undefined)
  return { kind: 'call', call: Object.fromEntries(given) }
}

function first(headers: IncomingHttpHeaders, name: string): string | undefined {
  const value = headers[name]
  const one = Array.isArray(value) ? value[0] : value
  return one === '' ? undefined : one
}

/** What is no number stays what it is, so that the refusal can say what was expected. */
function toCount(text: string | undefined): number | string | undefined {
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : text
}

function toHold(text: string) {
  return { ttlMs: toCount(text) }
}

/** `team=search,user=a%20b`, values percent-encoded as in `baggage`. `undefined`: nothing like it. */
function readDimensions(text: string): Readonly<Record<string, string>> | undefined {
  const pairs = text.split(',').filter((pair) => pair.trim() !== '')
  const read: [string, string][] = []
  for (const pair of pairs) {
    const at = pair.indexOf('=')
    if (at < 1) return undefined
    try {
      read.push([pair.slice(0, at).trim(), decodeURIComponent(pair.slice(at + 1).trim())])
    } catch {
      return undefined
    }
  }
  return Object.fromEntries(read)
}

/** Of a request to a model provider what bounds its cost; several choices cost as many answers. */
function describeBody(body: unknown) {
  if (typeof body !== 'object' || body === null) return {}
  const { model, service_tier: tier, n, ...more } = body as Readonly<Record<string, unknown>>
  const most = more['max_completion_tokens'] ?? more['max_output_tokens'] ?? more['max_tokens']
  const choices = typeof n === 'number' && Number.isInteger(n) && n > 1 ? n : 1
  return {
    ...(typeof model === 'string' && { model }),
    // `auto` and `default` are what the provider makes of them.
    ...(typeof tier === 'string' &&
      /^(?:flex|priority|batch)$/.test(tier) && { serviceTier: tier }),
    ...(typeof most === 'number' && { maxOutputTokens: most * choices }),
  }
}
