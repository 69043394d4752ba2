import { fileURLToPath } from 'node:url'
import protobuf from 'protobufjs'

// Read once, from the package's own folder; requests on their way through are never decoded.
const root = protobuf.loadSync(fileURLToPath(new URL('../proto/otlp.proto', import.meta.url)))

export const ExportServiceResponse = root.lookupType('ExportServiceResponse')
export const Status = root.lookupType('Status')
export const RetryInfo = root.lookupType('RetryInfo')

export const REQUEST_TYPES = {
  traces: root.lookupType('ExportTraceServiceRequest'),
  metrics: root.lookupType('ExportMetricsServiceRequest'),
  logs: root.lookupType('ExportLogsServiceRequest'),
} as const
