import { createHash, timingSafeEqual } from 'node:crypto'

/** Asked with the `Authorization` of a request. */
export type IsAllowed = (authorization: string | undefined) => boolean

/** What a refused sender is told about how to come in (RFC 6750, 3). */
export const CHALLENGE = 'Bearer realm="spancost"'

/**
 * Lets in whoever has one of the tokens, or everybody where there are none. How long it takes does
 * not tell how much of a token was right, nor which one it was: digests are compared, all of them.
 */
export function createTokenCheck(tokens: readonly string[]): IsAllowed {
  if (tokens.length === 0) return () => true
  const digests = tokens.map(digest)
  return (authorization) => {
    const [, token] = /^Bearer +(.+)$/i.exec(authorization ?? '') ?? []
    const given = digest(token ?? '')
    let matches = 0
    for (const expected of digests) matches += Number(timingSafeEqual(given, expected))
    return token !== undefined && matches > 0
  }
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
