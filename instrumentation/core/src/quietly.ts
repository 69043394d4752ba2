import { diag } from '@opentelemetry/api'

/** Runs a step of ours inside the application's call: a fault is logged and goes no further. */
export function runQuietly(step: () => void): void {
  try {
    step()
  } catch (error) {
    diag.error('spancost: a call could not be observed', error)
  }
}
