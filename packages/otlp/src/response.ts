import { ExportServiceResponse, RetryInfo, Status } from './messages.ts'
import type { Encoding } from './scan.ts'

/** Codes of google.rpc.Code that OTLP uses. */
export const RPC_CODES = {
  INVALID_ARGUMENT: 3,
  DEADLINE_EXCEEDED: 4,
  PERMISSION_DENIED: 7,
  RESOURCE_EXHAUSTED: 8,
  UNIMPLEMENTED: 12,
  INTERNAL: 13,
  UNAVAILABLE: 14,
  UNAUTHENTICATED: 16,
} as const

/** What a server rejected for good of a request that it otherwise took. */
export interface PartialSuccess {
  readonly rejected: bigint
  readonly message: string
}

/** What each signal calls its rejected items in OTLP/JSON. */
const REJECTED_NAMES = {
  traces: 'rejectedSpans',
  metrics: 'rejectedDataPoints',
  logs: 'rejectedLogRecords',
  profiles: 'rejectedProfiles',
} as const

type Signal = keyof typeof REJECTED_NAMES

/** The body of a response to an accepted request. Without partial success it has no members. */
export function encodeExportResponse(
  encoding: Encoding,
  signal: Signal,
  partialSuccess: PartialSuccess | undefined,
): Uint8Array {
  if (encoding === 'json') {
    if (partialSuccess === undefined) return Buffer.from('{}')
    const rejected = { [REJECTED_NAMES[signal]]: partialSuccess.rejected.toString() }
    const body = { partialSuccess: { ...rejected, errorMessage: partialSuccess.message } }
    return Buffer.from(JSON.stringify(body))
  }
  if (partialSuccess === undefined) return new Uint8Array(0)
  const message = ExportServiceResponse.fromObject({
    partialSuccess: {
      rejected: partialSuccess.rejected.toString(),
      errorMessage: partialSuccess.message,
    },
  })
  return ExportServiceResponse.encode(message).finish()
}

/**
 * Reads the partial success out of a response. An answer that cannot be read counts as success: the
 * status line said so, and asking again would duplicate what was taken.
 */
export function decodeExportResponse(
  encoding: Encoding,
  signal: Signal,
  body: Uint8Array,
): PartialSuccess | undefined {
  if (body.length === 0) return undefined
  try {
    if (encoding === 'json') return decodeJsonResponse(signal, body)
    const { partialSuccess } = ExportServiceResponse.toObject(ExportServiceResponse.decode(body), {
      longs: String,
    }) as { partialSuccess?: { rejected?: string; errorMessage?: string } }
    return toPartialSuccess(partialSuccess?.rejected, partialSuccess?.errorMessage)
  } catch {
    return undefined
  }
}

function decodeJsonResponse(signal: Signal, body: Uint8Array): PartialSuccess | undefined {
  const response = JSON.parse(Buffer.from(body).toString()) as {
    partialSuccess?: Record<string, string | number | undefined>
  } | null
  const partial = response?.partialSuccess
  const message = partial?.['errorMessage']
  return toPartialSuccess(
    partial?.[REJECTED_NAMES[signal]],
    typeof message === 'string' ? message : undefined,
  )
}

function toPartialSuccess(
  rejected: string | number | undefined,
  message: string | undefined,
): PartialSuccess | undefined {
  const count = BigInt(rejected ?? 0)
  if (count === 0n && (message ?? '') === '') return undefined
  return { rejected: count, message: message ?? '' }
}

/**
 * A `google.rpc.Status`, the body of every OTLP error. `retryAfterMs` is added as RetryInfo, which
 * gRPC clients read; over HTTP the Retry-After header says it.
 */
export function encodeStatus(
  encoding: Encoding,
  code: number,
  message: string,
  retryAfterMs?: number,
): Uint8Array {
  if (encoding === 'json') return Buffer.from(JSON.stringify({ code, message }))
  const details = retryAfterMs === undefined ? [] : [encodeRetryInfo(retryAfterMs)]
  return Status.encode(Status.fromObject({ code, message, details })).finish()
}

const RETRY_INFO_URL = 'type.googleapis.com/google.rpc.RetryInfo'

function encodeRetryInfo(afterMs: number): { typeUrl: string; value: Uint8Array } {
  const whole = Math.max(0, Math.round(afterMs))
  const retryDelay = { seconds: Math.floor(whole / 1000), nanos: (whole % 1000) * 1_000_000 }
  return {
    typeUrl: RETRY_INFO_URL,
    value: RetryInfo.encode(RetryInfo.fromObject({ retryDelay })).finish(),
  }
}

/** The delay that a protobuf `Status` asks for in its RetryInfo; `undefined` where it has none. */
export function decodeRetryAfterMs(status: Uint8Array): number | undefined {
  try {
    const { details } = Status.toObject(Status.decode(status)) as {
      details?: { typeUrl?: string; value?: Uint8Array }[]
    }
    const info = details?.find((detail) => detail.typeUrl === RETRY_INFO_URL)
    if (info?.value === undefined) return undefined
    const { retryDelay } = RetryInfo.toObject(RetryInfo.decode(info.value), {
      longs: Number,
    }) as { retryDelay?: { seconds?: number; nanos?: number } }
    return (retryDelay?.seconds ?? 0) * 1000 + (retryDelay?.nanos ?? 0) / 1_000_000
  } catch {
    return undefined
  }
}
