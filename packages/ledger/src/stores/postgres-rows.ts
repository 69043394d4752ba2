import { createHash } from 'node:crypto'
import type { Operation } from '@spancost/genai'

/** What is particular to rows in PostgreSQL; the rest is as in `rows.ts`. */

/** The id of a set of labels, of its text as `encodeLabels` writes it: a UUID of its hash. */
export function hashLabels(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20, 32)}`
}

/** The answer that a leaf brought, or `undefined` where it does not say which. */
export function hashResponse({ role, responseId }: Operation): string | undefined {
  if (role !== 'leaf' || responseId === undefined || responseId === '') return undefined
  return createHash('sha256').update(responseId).digest('hex').slice(0, 32)
}

/** PostgreSQL has no text with U+0000 or a lone surrogate in it; JSON writes them in ASCII. */
export function encodeText(text: string): string {
  return JSON.stringify(text).slice(1, -1)
}

export function decodeText(text: string): string {
  return JSON.parse(`"${text}"`) as string
}
