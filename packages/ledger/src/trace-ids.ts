/** Hashes of ids. They need not keep anybody from making collisions: rows are compared as well. */

const KEYS_PER_WORD = 2 ** 21

/** 53 bits of a trace id's 16 bytes; never 0. */
export function hashTrace(id: Uint8Array): number {
  const high = mix(mix(mix(mix(0x9e37_79b9, id, 0), id, 4), id, 8), id, 12)
  const low = mix(mix(mix(mix(high ^ 0x85eb_ca6b, id, 12), id, 8), id, 4), id, 0)
  return (high >>> 0) * KEYS_PER_WORD + (low >>> 11) || 1
}

/** 32 bits of a span id's 8 bytes. */
export function hashSpan(id: Uint8Array): number {
  return mix(mix(0x165_667b1, id, 0), id, 4) >>> 0
}

/** 53 bits of a text. */
export function hashText(text: string): number {
  let high = 0x9e37_79b9
  let low = 0x85eb_ca6b
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at)
    high = Math.imul(high ^ code, 0x9e37_79b1)
    low = Math.imul(low ^ code, 0x85eb_ca77)
  }
  high = Math.imul(high ^ (high >>> 16), 0x85eb_ca6b) ^ Math.imul(low ^ (low >>> 13), 0xc2b2_ae35)
  low = Math.imul(low ^ (low >>> 16), 0x27d4_eb2f) ^ Math.imul(high ^ (high >>> 13), 0x1656_67b1)
  return (high >>> 0) * KEYS_PER_WORD + (low >>> 11)
}

function mix(hash: number, bytes: Uint8Array, at: number): number {
  const word = bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)
  const mixed = Math.imul(hash ^ word, 0x85eb_ca6b)
  const folded = Math.imul(mixed ^ (mixed >>> 15), 0xc2b2_ae35)
  return folded ^ (folded >>> 13)
}
