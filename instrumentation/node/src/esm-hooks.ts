import {
  createRequire,
  isBuiltin,
  register,
  registerHooks,
  type LoadHookSync,
  type ResolveHookSync,
} from 'node:module'
import { pathToFileURL } from 'node:url'
import { INSTRUMENTED_PACKAGES } from './instrumented-packages.ts'

export interface ImportHookOptions {
  /** npm packages to show to instrumentations; by default, those that spancost instruments. */
  readonly packages?: readonly string[]
  /** Use a loader thread even where Node could do without. */
  readonly thread?: boolean
}

/** Packages whose other files import what an instrumentation wants to see, by their places. */
const FILES: Readonly<Record<string, RegExp>> = {
  '@langchain/core':
    /\/@langchain\/core\/dist\/(callbacks\/manager|language_models\/(chat_models|llms)|singletons\/async_local_storage\/index)\.js$/,
}

/**
 * Lets instrumentations see the modules that the application imports (those that it requires, they
 * see anyway). Only the named packages are looked at: wrapping each and every module is slow, and
 * some break.
 */
export function hookImports(options: ImportHookOptions = {}): void {
  const { resolve } = createRequire(import.meta.url)
  hookImportsWith(resolve('@opentelemetry/instrumentation'), options)
}

/**
 * Synchronous hooks are used where Node has good ones (22.22.3, 24.11.1, 25.1, 26); before, a loader
 * thread does the same.
 *
 * @param importer a file of what loads `import-in-the-middle` for the instrumentations: hooks of
 *   another copy would announce modules to nobody
 */
export function hookImportsWith(importer: string | URL, options: ImportHookOptions): void {
  const packages = options.packages ?? INSTRUMENTED_PACKAGES
  const include = packages.map((name) => FILES[name] ?? name)
  const load = createRequire(importer)
  if (options.thread !== true && supportsSyncHooks(load)) {
    hookWhenNeeded(load, packages, include)
  } else {
    const hook = pathToFileURL(load.resolve('import-in-the-middle/hook.mjs'))
    register(hook, { data: { include } })
  }
}

/** Of `import-in-the-middle`, which has no types for these entries. */
interface HookMaker {
  supportsSyncHooks(): boolean
  createHook(meta: { readonly url: string }): {
    readonly resolveSync: ResolveHookSync
    readonly loadSync: LoadHookSync
    applyOptions(options: { readonly include: readonly (string | RegExp)[] }): void
  }
}

/**
 * The hooks bring two parsers along, which take longer to load than the rest of what an application
 * starts with; one that imports no SDK, or requires it, never needs them, nor a hook for what is
 * loaded, which would slow each `require`.
 */
function hookWhenNeeded(
  load: NodeJS.Require,
  packages: readonly string[],
  include: readonly (string | RegExp)[],
): void {
  const isWanted = (specifier: string) =>
    packages.some((name) => specifier === name || specifier.startsWith(`${name}/`))
  let resolveSync: ResolveHookSync | undefined

  function start(): ResolveHookSync {
    const file = load.resolve('import-in-the-middle/register-hooks.mjs')
    const make: (id: string) => HookMaker = load
    const hooks = make('import-in-the-middle/create-hook.mjs').createHook({
      url: pathToFileURL(file).href,
    })
    hooks.applyOptions({ include })
    registerHooks({ load: hooks.loadSync })
    return hooks.resolveSync
  }

  registerHooks({
    resolve(specifier, context, next) {
      // The hooks take a part of Node for a file where nobody imports it, as the globals of `-e` do.
      if (isBuiltin(specifier)) return next(specifier, context)
      const isImport = !context.conditions.includes('require')
      if (resolveSync === undefined && isImport && isWanted(specifier)) resolveSync = start()
      return resolveSync?.(specifier, context, next) ?? next(specifier, context)
    },
  })
}

/** Copies of `import-in-the-middle` that are older than these hooks cannot say. */
function supportsSyncHooks(load: NodeJS.Require): boolean {
  try {
    const ask: (id: string) => Pick<HookMaker, 'supportsSyncHooks'> = load
    return ask('import-in-the-middle/supports-sync-hooks.mjs').supportsSyncHooks()
  } catch {
    return false
  }
}
