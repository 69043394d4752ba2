import { diag, metrics, trace } from '@opentelemetry/api'

/** How long an exit may wait for the last spans. The SDK's own limits are 10 and 30 seconds. */
const MAX_WAIT_MS = 3000

const SIGNALS = ['SIGTERM', 'SIGINT'] as const

/**
 * Sends what is still unsent before the process ends, and lets it end as it would have ended
 * without us: by itself, by a signal, or as the application's own signal handlers decide. Only
 * `process.exit()` leaves no time to send anything.
 */
export function flushAtExit(shutdown: () => Promise<void>): void {
  process.once('beforeExit', (exitCode) => {
    // An exporter that tries again and again would keep alive a process that wanted to end.
    void finishInTime(shutdown()).then((finished) => finished || process.exit(exitCode))
  })

  for (const signal of SIGNALS) {
    let received = false
    const onSignal = (): void => {
      const isHandled = process.listenerCount(signal) > 1
      if (isHandled) {
        void finishInTime(flush())
        return
      }
      const endBySignal = (): void => {
        process.removeListener(signal, onSignal)
        process.kill(process.pid, signal)
      }
      if (received) endBySignal()
      else void finishInTime(shutdown()).then(endBySignal)
      received = true
    }
    process.on(signal, onSignal)
  }
}

/** Sends what is unsent and keeps everything running. */
async function flush(): Promise<void> {
  const tracers: unknown = trace.getTracerProvider()
  const delegate = callMethod(tracers, 'getDelegate') ?? tracers
  const meters: unknown = metrics.getMeterProvider()
  await Promise.all([callMethod(delegate, 'forceFlush'), callMethod(meters, 'forceFlush')])
}

function callMethod(target: unknown, name: string): unknown {
  if (typeof target !== 'object' || target === null) return undefined
  const method: unknown = Reflect.get(target, name)
  return typeof method === 'function' ? Reflect.apply(method, target, []) : undefined
}

/** Whether the work, successful or not, was done before the time was up. */
async function finishInTime(work: Promise<void>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined
  const timeout = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), MAX_WAIT_MS)
  })
  const done = work.then(
    () => true,
    (error: unknown) => {
      diag.error('spancost: the last spans could not be sent', error)
      return true
    },
  )
  try {
    return await Promise.race([done, timeout])
  } finally {
    clearTimeout(timer)
  }
}
