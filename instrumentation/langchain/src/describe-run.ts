import type { Attributes } from '@opentelemetry/api'
import { ATTR_GEN_AI_AGENT_NAME, ATTR_GEN_AI_OPERATION_NAME } from '@spancost/genai/replies'
import {
  ATTR_GEN_AI_TOOL_CALL_ID,
  ATTR_GEN_AI_TOOL_NAME,
  ATTR_GEN_AI_WORKFLOW_NAME,
  readMember,
  readObject,
  readText,
  readTexts,
} from '@spancost/instrumentation'

export interface SpanDescription {
  readonly name: string
  readonly attributes: Attributes
  /** Of an agent, for the spans of the calls below it. */
  readonly inherited?: Attributes
  readonly isChain?: boolean
}

/** What LangChain tells of a chain, which is its word for anything that runs. */
export interface ChainStart {
  readonly serialized: unknown
  /** Such as `prompt` or `parser`. */
  readonly runType: unknown
  readonly runName: unknown
  readonly isOutermost: boolean
}

/**
 * The span of a graph of LangGraph, as which all newer agents are built, of an `AgentExecutor`, and
 * of an outermost chain. Steps inside of these, and a prompt or a parser alone, have none.
 */
export function describeChain(start: ChainStart): SpanDescription | undefined {
  const path = readTexts(readMember(start.serialized, 'id')) ?? []
  const name = readName(start.runName, path)
  if (isAgent(path)) {
    const inherited = name === undefined ? {} : { [ATTR_GEN_AI_AGENT_NAME]: name }
    return { ...describe('invoke_agent', name, inherited), inherited }
  }
  const isChain = start.runType === undefined || start.runType === 'chain'
  if (!start.isOutermost || !isChain) return undefined
  const attributes = name === undefined ? {} : { [ATTR_GEN_AI_WORKFLOW_NAME]: name }
  return { ...describe('invoke_workflow', name, attributes), isChain: true }
}

export function describeTool(
  serialized: unknown,
  runName: unknown,
  callId: unknown,
): SpanDescription {
  const path = readTexts(readMember(serialized, 'id')) ?? []
  const name = readText(runName) ?? readText(readObject(serialized).name) ?? path.at(-1) ?? '_OTHER'
  const id = readText(callId)
  return describe('execute_tool', name, {
    [ATTR_GEN_AI_TOOL_NAME]: name,
    ...(id !== undefined && { [ATTR_GEN_AI_TOOL_CALL_ID]: id }),
  })
}

function describe(
  operation: string,
  name: string | undefined,
  attributes: Attributes,
): SpanDescription {
  return {
    name: name === undefined ? operation : `${operation} ${name}`,
    attributes: { [ATTR_GEN_AI_OPERATION_NAME]: operation, ...attributes },
  }
}

function isAgent(path: readonly string[]): boolean {
  return (path[0] === 'langgraph' && path[1] === 'pregel') || path.at(-1) === 'AgentExecutor'
}

/** Where the application gave no name, LangChain says the class, or `LangGraph`. */
function readName(runName: unknown, path: readonly string[]): string | undefined {
  const name = readText(runName)
  return name === path.at(-1) || name === 'LangGraph' ? undefined : name
}
