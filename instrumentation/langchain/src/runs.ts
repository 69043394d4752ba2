import {
  context,
  createContextKey,
  SpanKind,
  SpanStatusCode,
  trace,
  type Attributes,
  type Context,
  type Span,
  type Tracer,
} from '@opentelemetry/api'
import { ATTR_GEN_AI_CONVERSATION_ID } from '@spancost/genai/replies'
import {
  describeCostDimensions,
  describeError,
  getInheritedAttributes,
  readMember,
  readText,
  runQuietly,
  setInheritedAttributes,
} from '@spancost/instrumentation'
import { describeChain, describeTool, type SpanDescription } from './describe-run.ts'

/** A run that is never told to have ended is forgotten when so many others are open. */
const MAX_OPEN_RUNS = 10_000

/** The span of the run that a context belongs to. */
const KEY = createContextKey('spancost langchain run')

/** A span and all runs below it that have none of their own. */
interface Scope {
  readonly span: Span
  readonly context: Context
  /** What the spans of calls below say, too. */
  readonly inherited: Attributes
}

interface Run {
  readonly scope: Scope
  readonly hasSpan: boolean
  readonly isChain: boolean
}

/** What LangChain calls, in the version 0.3 as in 1. It awaits nothing but the synchronous part. */
export interface RunHandler {
  readonly name: string
  readonly awaitHandlers: true
  readonly ignoreLLM: true
  readonly ignoreRetriever: true
  handleChainStart(...args: readonly unknown[]): void
  handleChainEnd(output: unknown, runId: string): void
  handleChainError(error: unknown, runId: string): void
  handleToolStart(...args: readonly unknown[]): void
  handleToolEnd(output: unknown, runId: string): void
  handleToolError(error: unknown, runId: string): void
}

/** The runs of one instrumentation, from the beginning to the end of each. */
export interface Runs {
  readonly handler: RunHandler
  /** Runs `call` inside the span that the run belongs to. */
  runInside<T>(runId: unknown, call: () => T): T
  /**
   * Of a chain whose stream is left before its end, LangChain never tells the end. What says so is
   * that the stream of the model in it was left.
   */
  leave(runId: unknown): void
}

/** @param getTracer `undefined` while there shall be no spans */
export function createRuns(getTracer: () => Tracer | undefined): Runs {
  const open = new Map<unknown, Run>()

  function start(
    [, , runId, parentRunId, , metadata]: readonly unknown[],
    describe: (isOutermost: boolean) => SpanDescription | undefined,
  ): void {
    const parent = open.get(parentRunId)
    if (parent !== undefined) noteConversation(parent.scope, metadata)
    const tracer = getTracer()
    const description = tracer && describe(parentRunId === undefined)
    if (tracer !== undefined && description !== undefined) {
      const scope = startScope(tracer, description, findContext(parent?.scope))
      noteConversation(scope, metadata)
      open.set(runId, { scope, hasSpan: true, isChain: description.isChain === true })
    } else if (parent !== undefined) {
      open.set(runId, { scope: parent.scope, hasSpan: false, isChain: false })
    }
    if (open.size > MAX_OPEN_RUNS) endRun(open.keys().next().value)
  }

  function endRun(runId: unknown, error?: unknown): void {
    const run = open.get(runId)
    open.delete(runId)
    if (run === undefined || !run.hasSpan) return
    // An interrupted graph waits for a person; LangGraph throws that as an error.
    if (error !== undefined && readMember(error, 'is_bubble_up') !== true) {
      const { type, summary } = describeError(error)
      run.scope.span.setAttribute('error.type', type)
      run.scope.span.setStatus({ code: SpanStatusCode.ERROR, message: summary })
    }
    run.scope.span.end()
  }

  const end = (_: unknown, runId: string) => runQuietly(() => endRun(runId))
  const fail = (error: unknown, runId: string) => runQuietly(() => endRun(runId, error))
  return {
    handler: {
      name: 'spancost',
      awaitHandlers: true,
      ignoreLLM: true,
      ignoreRetriever: true,
      handleChainStart(...args) {
        const [serialized, , , , , , runType, runName] = args
        runQuietly(() =>
          start(args, (isOutermost) =>
            describeChain({ serialized, runType, runName, isOutermost }),
          ),
        )
      },
      handleChainEnd: end,
      handleChainError: fail,
      handleToolStart(...args) {
        const [serialized, , , , , , runName, callId] = args
        runQuietly(() => start(args, () => describeTool(serialized, runName, callId)))
      },
      handleToolEnd: end,
      handleToolError: fail,
    },
    runInside(runId, call) {
      const scope = open.get(runId)?.scope
      return scope === undefined ? call() : context.with(findContext(scope), call)
    },
    leave(runId) {
      // If the chain has failed, LangChain says so first.
      if (open.get(runId)?.isChain === true) setImmediate(() => endRun(runId))
    },
  }
}

/** The active context where it is below the scope's span already: the application may have spans. */
function findContext(scope: Scope | undefined): Context {
  const active = context.active()
  return scope === undefined || active.getValue(KEY) === scope.span ? active : scope.context
}

function startScope(
  tracer: Tracer,
  { name, attributes, inherited }: SpanDescription,
  at: Context,
): Scope {
  const above = getInheritedAttributes(at)
  // An agent without a name must not go by that of the one above.
  const passedOn: Attributes = inherited === undefined ? { ...above } : { ...inherited }
  const span = tracer.startSpan(
    name,
    {
      kind: SpanKind.INTERNAL,
      attributes: { ...passedOn, ...attributes, ...describeCostDimensions(at) },
    },
    at,
  )
  const inside = setInheritedAttributes(trace.setSpan(at, span), passedOn).setValue(KEY, span)
  return { span, inherited: passedOn, context: inside }
}

/** LangGraph tells the id of a thread only with the steps of a graph. */
function noteConversation(scope: Scope, metadata: unknown): void {
  const threadId = readText(readMember(metadata, 'thread_id'))
  if (threadId === undefined || scope.inherited[ATTR_GEN_AI_CONVERSATION_ID] !== undefined) return
  scope.inherited[ATTR_GEN_AI_CONVERSATION_ID] = threadId
  scope.span.setAttribute(ATTR_GEN_AI_CONVERSATION_ID, threadId)
}
