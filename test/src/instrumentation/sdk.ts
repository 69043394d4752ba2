/** What the scenario matrix knows of one SDK, and what scenarios have in common. */
import type { ReplayServer } from '../demo/replies-over-http.ts'

export interface TestedSdk<Client> {
  /** The package's name on npm. */
  readonly name: string
  /** The dependencies of this package that hold its versions, newest first. */
  readonly versions: readonly string[]
  /** The modules whose exports the application uses, where it is not the package's main one. */
  readonly modules?: readonly string[]
  /** A stand-in for the provider on the loopback interface. */
  startProvider(): Promise<ReplayServer>
  /** @param moduleExports what the application got from `import` or `require` */
  createClient(moduleExports: unknown, providerUrl: string): unknown
  /**
   * What applications do with the SDK, in all public ways. A scenario returns all that its
   * application saw, so that a run with instrumentation can be compared with one without.
   */
  readonly scenarios: Readonly<Record<string, (client: Client) => Promise<unknown>>>
  /** The spans that each scenario must make, written out by hand. */
  readonly spans: Readonly<Record<string, ExpectedSpan | readonly ExpectedSpan[]>>
  /** Where a version says less, or more, than the newest. */
  spansOf?(version: string): TestedSdk<Client>['spans']
  /** What the application finds in its environment besides. */
  readonly environment?: Readonly<Record<string, string>>
}

export interface ExpectedSpan {
  readonly name: string
  /** All of them; for those that differ from run to run, see `normalizeValue` in the matrix. */
  readonly attributes: Readonly<Record<string, unknown>>
  /** The status message of a failed call. */
  readonly error?: string
  /** Absent: 2 (error) for a failed call, else 0 (unset). */
  readonly status?: number
  /** Absent: 3 (client). */
  readonly kind?: number
}

export function expectSpan(
  name: string,
  ...attributes: readonly ExpectedSpan['attributes'][]
): ExpectedSpan {
  return { name, attributes: Object.assign({}, ...attributes) }
}

/** The same span of a call that fails; `error.type` is part of the attributes. */
export function expectFailure(error: string, span: ExpectedSpan): ExpectedSpan {
  return { ...span, error }
}

export async function readAll<T>(stream: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = []
  for await (const item of stream) items.push(item)
  return items
}

export async function catchError(work: Promise<unknown>): Promise<unknown> {
  try {
    return { unexpected: await work }
  } catch (error) {
    return describeError(error)
  }
}

/** Everything of an error that an application can look at. */
function describeError(error: unknown): unknown {
  if (!(error instanceof Error)) return error
  return {
    class: error.constructor.name,
    ...Object.fromEntries(Object.entries(error)),
    message: error.message,
  }
}

export function describeResponse(response: Response): object {
  return {
    status: response.status,
    type: response.headers.get('content-type'),
    requestId: response.headers.get('x-request-id') ?? response.headers.get('request-id'),
    class: response.constructor.name,
  }
}

/** What an application may see of a promise and of its value, beside what is in it. */
export async function describePromise(promise: Promise<unknown>): Promise<object> {
  const value = await promise
  return {
    isPromise: promise instanceof Promise,
    promiseClass: promise.constructor.name,
    sameEachTime: (await promise) === value,
    class: value?.constructor.name,
    value,
  }
}

/** The rejections that nobody handles while `work` runs. */
export async function collectRejections(work: () => void): Promise<unknown[]> {
  const rejections: unknown[] = []
  const collect = (reason: unknown) => rejections.push(describeError(reason))
  process.on('unhandledRejection', collect)
  work()
  await new Promise((resolve) => setTimeout(resolve, 100))
  process.off('unhandledRejection', collect)
  return rejections
}

/** Until the finalizers ran, as far as a program can tell. */
export async function collectGarbage(): Promise<void> {
  for (let round = 0; round < 5; round += 1) {
    await new Promise((resolve) => setTimeout(resolve, 20))
    globalThis.gc?.()
  }
}
