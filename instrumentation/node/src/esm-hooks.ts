import { createRequire, register } from 'node:module'
import { INSTRUMENTED_PACKAGES } from './instrumentations.ts'

export interface ImportHookOptions {
  /** npm packages to show to instrumentations; by default, those that spancost instruments. */
  readonly packages?: readonly string[]
  /** Use a loader thread even where Node could do without. */
  readonly thread?: boolean
}

/** Of `import-in-the-middle`, which has no types for this entry. */
interface SyncHooks {
  supportsSyncHooks(): boolean
  register(options: { include: readonly (string | RegExp)[] }): void
}

/** Packages whose other files import what an instrumentation wants to see, by their places. */
const FILES: Readonly<Record<string, RegExp>> = {
  '@langchain/core':
    /\/@langchain\/core\/dist\/(callbacks\/manager|language_models\/(chat_models|llms)|singletons\/async_local_storage\/index)\.js$/,
}

const INSTRUMENTATION = '@opentelemetry/instrumentation'

/**
 * Lets instrumentations see the modules that the application imports (those that it requires, they
 * see anyway). Only the named packages are looked at: wrapping each and every module is slow, and
 * some break.
 *
 * Synchronous hooks are used where Node has good ones (22.22.3, 24.11.1, 25.1, 26); before, a loader
 * thread does the same. Both must come from the copy of `import-in-the-middle` that
 * `@opentelemetry/instrumentation` itself uses, or they would announce modules to nobody.
 */
export function hookImports(options: ImportHookOptions = {}): void {
  const packages = options.packages ?? INSTRUMENTED_PACKAGES
  const include = packages.map((name) => FILES[name] ?? name)
  const instrumentation = createRequire(import.meta.url).resolve(INSTRUMENTATION)
  const load: (id: string) => SyncHooks = createRequire(instrumentation)
  const hooks = load('import-in-the-middle/register-hooks.mjs')
  if (options.thread !== true && hooks.supportsSyncHooks()) hooks.register({ include })
  else register(`${INSTRUMENTATION}/hook.mjs`, import.meta.url, { data: { include } })
}
