import type { DiagLogger } from '@opentelemetry/api'
import { expect, test, vi } from 'vitest'
import { defineSdkModule } from './module.ts'

function define() {
  const patch = vi.fn<(moduleExports: unknown) => void>()
  const warn = vi.fn<DiagLogger['warn']>()
  const ignore = () => undefined
  const diag = { warn, error: ignore, info: ignore, debug: ignore, verbose: ignore }
  return {
    patch,
    warn,
    module: defineSdkModule({ name: 'sdk', files: [], majors: [6, 7], diag, patch }),
  }
}

test.each(['6.0.0', '7.57.0', '7.58.0-beta.1'])('%s is patched', (version) => {
  const { module, patch, warn } = define()
  const moduleExports = {}
  expect(module.patch?.(moduleExports, version)).toBe(moduleExports)
  expect(patch).toHaveBeenCalledExactlyOnceWith(moduleExports)
  expect(warn).not.toHaveBeenCalled()
})

test.each(['5.23.2', '8.0.0', '70.0.0', undefined])(
  '%s is left alone, with a warning',
  (version) => {
    const { module, patch, warn } = define()
    const moduleExports = {}
    expect(module.patch?.(moduleExports, version)).toBe(moduleExports)
    expect(patch).not.toHaveBeenCalled()
    expect(warn).toHaveBeenCalledExactlyOnceWith(
      `sdk ${version ?? '(unknown version)'} is not instrumented, its calls make no spans. ` +
        'Known major versions: 6, 7.',
    )
  },
)
