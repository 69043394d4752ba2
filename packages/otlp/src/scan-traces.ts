import { scanJsonTraces } from './json.ts'
import { scanProtobufTraces } from './protobuf.ts'
import type { Encoding, ScanKeys, ScanResult } from './scan.ts'

/**
 * Reads the spans of an `ExportTraceServiceRequest` that carry one of `keys.marks`. Protobuf is
 * walked in place; unknown fields and fields out of order are fine. Never throws on bad bytes.
 */
export function scanTraces(body: Uint8Array, encoding: Encoding, keys: ScanKeys): ScanResult {
  return encoding === 'protobuf' ? scanProtobufTraces(body, keys) : scanJsonTraces(body, keys)
}
