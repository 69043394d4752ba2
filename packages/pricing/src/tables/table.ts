import type { Unit } from '@spancost/genai'
import { type CardRate, createCardRate } from '../card.ts'
import { readPrice } from '../sources/genai-prices/rates.ts'

/** A price table of somebody else's, to compare ours with. None of it is ever used as a price. */
export interface PriceTable {
  /** Which format it is in. */
  readonly format: string
  readonly rows: readonly TableRow[]
}

/** What a table says of one model, in one tier and region and for one size of context. */
export interface TableRow {
  /** As the table calls it. */
  readonly name: string
  /** As spans would; absent: the table tells models apart by their names alone. */
  readonly provider?: string
  readonly model: string
  readonly serviceTier?: string
  readonly region?: string
  /** Holds above so many input tokens; absent: below all thresholds. */
  readonly above?: number
  readonly rates: readonly (readonly [Unit, CardRate])[]
}

/** How one format is told and read. `name` is the file's, which may say whose prices they are. */
export interface TableReader {
  readonly format: string
  /** `undefined`: it is in another format. */
  read(value: unknown, name: string, atMs: number): readonly TableRow[] | undefined
}

export type Fields = Readonly<Record<string, unknown>>

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Tables write doubles. `undefined`: no price, or one below 0. */
export function readTableRate(value: unknown, perUnits = 1): CardRate | undefined {
  if (typeof value !== 'number' || !(value >= 0 && value < 1e9)) return undefined
  return createCardRate(writePlainly(readPrice(value)), perUnits)
}

/** `2.5e-6` as `0.0000025`. */
function writePlainly(text: string): string {
  const [digits = '', exponent] = text.split('e')
  if (exponent === undefined) return text
  const [whole = '', fraction = ''] = digits.split('.')
  const shift = Number(exponent)
  if (shift >= 0) return whole + fraction.padEnd(shift, '0')
  return `0.${'0'.repeat(-shift - whole.length)}${whole}${fraction}`
}
