import {
  Server,
  ServerCredentials,
  type Metadata,
  type sendUnaryData,
  type ServerUnaryCall,
  type ServiceDefinition,
} from '@grpc/grpc-js'

interface Call {
  readonly path: string
  /** Uncompressed. */
  readonly body: Buffer
  readonly metadata: Metadata
}

export interface GrpcDestination {
  /** `host:port`. */
  readonly endpoint: string
  readonly calls: Call[]
  stop(): Promise<void>
}

const PATHS = [
  '/opentelemetry.proto.collector.trace.v1.TraceService/Export',
  '/opentelemetry.proto.collector.metrics.v1.MetricsService/Export',
  '/opentelemetry.proto.collector.logs.v1.LogsService/Export',
]

/** A next hop over gRPC that keeps what it gets. `answer` calls back, or not. */
export async function startGrpcDestination(
  answer: (callback: sendUnaryData<Buffer>, call: ServerUnaryCall<Buffer, Buffer>) => void = (
    callback,
  ) => callback(null, Buffer.alloc(0)),
  credentials = ServerCredentials.createInsecure(),
): Promise<GrpcDestination> {
  const calls: Call[] = []
  const server = new Server()
  for (const path of PATHS) {
    server.addService(defineExport(path), {
      Export: (call: ServerUnaryCall<Buffer, Buffer>, callback: sendUnaryData<Buffer>) => {
        calls.push({ path, body: call.request, metadata: call.metadata })
        answer(callback, call)
      },
    })
  }
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', credentials, (error, bound) => {
      if (error === null) resolve(bound)
      else reject(error)
    })
  })
  return {
    endpoint: `127.0.0.1:${port}`,
    calls,
    stop: () => Promise.resolve(server.forceShutdown()),
  }
}

function defineExport(path: string): ServiceDefinition {
  const asIs = (bytes: Buffer): Buffer => bytes
  return {
    Export: {
      path,
      requestStream: false,
      responseStream: false,
      requestSerialize: asIs,
      requestDeserialize: asIs,
      responseSerialize: asIs,
      responseDeserialize: asIs,
    },
  }
}
