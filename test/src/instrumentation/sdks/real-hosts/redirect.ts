/** `fetch`, to an application; the answers come from the stand-in. */
export type Fetch = typeof fetch

/** Asks the stand-in, at what the address has from `from` on, for whatever host is meant. */
export function redirect(providerUrl: string, from: RegExp): Fetch {
  const send = globalThis.fetch
  return async (input, init) => {
    const url = new URL(input instanceof Request ? input.url : input)
    const [rest = url.pathname] = from.exec(url.pathname) ?? []
    return send(`${providerUrl}${rest}`, init)
  }
}
