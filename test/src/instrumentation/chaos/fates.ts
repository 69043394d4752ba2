/** What becomes of a call. */
export interface Fate {
  readonly sdk: string
  /** What the provider does; it is the model's name. */
  readonly server: ServerFate
  /** What the application does after that many chunks. */
  readonly application: (typeof APPLICATION)[number]
  readonly after: number
  readonly isStream: boolean
}

export type ServerFate = (typeof SERVER)[number]

const SERVER = ['answers', 'slow', 'refuses', 'fails', 'breaks-off', 'no-json'] as const
const APPLICATION = ['reads', 'leaves', 'aborts', 'throws', 'aborts at once'] as const

export function readServerFate(text: string): ServerFate {
  return SERVER.find((fate) => text.includes(fate)) ?? 'answers'
}

/** By the index alone, so that a failure can be repeated. */
export function createFate(index: number, sdks: readonly string[]): Fate {
  let state = index * 2_654_435_761 + 12_345
  const pick = <T>(items: readonly T[]): T => {
    state = (Math.imul(state ^ (state >>> 15), 2_246_822_507) ^ index) >>> 0
    return items[state % items.length] as T
  }
  return {
    sdk: pick(sdks),
    server: pick(SERVER),
    application: pick(APPLICATION),
    after: pick([1, 2, 3]),
    isStream: pick([true, true, false]),
  }
}
