import { DEFAULT_THRESHOLDS, PERIODS, type Budget, type Limit } from '@spancost/budget'
import { TOKEN_TYPES } from '@spancost/ledger'
import { parseAmount } from '@spancost/pricing'
import { z } from 'zod'
import { findNearest } from '../nearest.ts'
import { currency, decimal, instant, label, text, zone } from './values.ts'

/** How a budget is written, in the config and over the API alike. */

const WEEKDAYS = [
  'monday',
  'tuesday',
  'wednesday',
  'thursday',
  'friday',
  'saturday',
  'sunday',
] as const

const id = z
  .string('expected an id')
  .regex(/^[a-z0-9][a-z0-9_.-]{0,63}$/, 'an id is up to 64 of a-z, 0-9, `-`, `_` and `.`')

const pattern = text(256)
const patterns = z.union([pattern.transform((one) => [one]), z.array(pattern).min(1).max(256)])

const count = z.int('expected a whole number').min(0).max(Number.MAX_SAFE_INTEGER)

const limit = z
  .union([
    z
      .strictObject({
        amount: decimal.describe('Money; up to a billion'),
        currency: currency
          .prefault('USD')
          .describe('Of others, what a window has in USD follows from the rate of its first day'),
      })
      .transform((written): Limit => {
        const money = { measure: 'cost', amount: parseAmount(written.amount) } as const
        if (written.currency === 'USD') return money
        // The rates are the desk's to put there.
        return { ...money, foreign: { currency: written.currency, rates: [] } }
      }),
    z
      .strictObject({
        tokens: count.describe('Tokens'),
        types: z
          .array(z.enum(TOKEN_TYPES))
          .min(1)
          .optional()
          .describe('Of these types; absent: of all'),
      })
      .transform(({ tokens, types }): Limit => ({
        measure: 'tokens',
        amount: BigInt(tokens),
        ...(types && { types }),
      })),
    z
      .strictObject({ operations: count.describe('Operations') })
      .transform(({ operations }): Limit => ({
        measure: 'operations',
        amount: BigInt(operations),
      })),
  ])
  .describe(
    '`{amount: "1000", currency: EUR}` (default: USD), `{tokens: 5000000}` or `{operations: 1000}`',
  )

const window = z.strictObject({
  period: z.enum(PERIODS).describe('How long a window is; `total`: there is one only'),
  zone: zone.prefault('UTC').describe('IANA time zone whose clock windows follow'),
  weekStart: z.enum(WEEKDAYS).prefault('monday').describe('First day of a week'),
  fiscalStart: z
    .int()
    .min(1)
    .max(12)
    .prefault(1)
    .describe('First month of a year, from which quarters count, too'),
  carryOver: z
    .boolean()
    .prefault(false)
    .describe('Whether what a window leaves unspent is added to the next, once'),
})

const action = z
  .union([
    z.enum(['notify', 'refuse']).transform((kind) => ({ kind })),
    z
      .strictObject({ throttle: z.int().min(0).max(1_000_000) })
      .transform(({ throttle }) => ({ kind: 'throttle' as const, perMinute: throttle })),
    z
      .strictObject({ downgrade: z.array(text(512)).min(1).max(16) })
      .transform(({ downgrade }) => ({ kind: 'downgrade' as const, models: downgrade })),
  ])
  .describe('`notify`, `refuse`, `{throttle: 60}` operations a minute, or `{downgrade: [a-model]}`')

const threshold = z.strictObject({
  percent: z.number().min(1).max(1000).describe('Of the limit; 1 to 1000'),
  of: z.enum(['spent', 'forecast']).prefault('spent').describe('Spent, or forecast for its end'),
  action: action.prefault('notify'),
})

/** Parses to a `Budget`. */
export const budget = z
  .strictObject({
    id: id.describe('Its name in metrics, decisions and the API'),
    name: text(200).optional().describe('For people; absent: the id'),
    scope: z
      .record(label, patterns)
      .prefault({})
      .describe('Labels that must match; a value or several, `*` stands for any text'),
    each: z
      .array(label)
      .max(4)
      .prefault([])
      .describe('One counter for each value of these labels, such as `[user]`'),
    parent: id.optional().describe('What counts here counts there, too'),
    limit,
    window,
    owner: text(200).optional().describe('Who is told'),
    thresholds: z
      .array(threshold)
      .max(16)
      .optional()
      .describe('Absent: 50, 80, 95 and 100 % of spent, which refuses at 100, and of forecast'),
    unpriced: z
      .enum(['allow', 'refuse'])
      .prefault('allow')
      .describe('What decisions do with operations without a price'),
    onFailure: z
      .enum(['allow', 'refuse'])
      .prefault('allow')
      .describe('What decisions do when the ledger cannot be asked'),
    mayOvercommit: z
      .boolean()
      .prefault(false)
      .describe('Whether children may be promised more than it has'),
    validFrom: instant.optional().describe('Nothing counts before'),
    validTo: instant.optional().describe('Nothing counts from then on'),
  })
  .refine(({ validFrom = 0, validTo = Infinity }) => validFrom < validTo, {
    path: ['validTo'],
    error: 'not after `validFrom`',
  })
  .transform(({ window: { carryOver, weekStart, ...rule }, ...written }): Budget => {
    const { parent, owner, validFrom, validTo, name, thresholds, ...rest } = written
    return {
      ...rest,
      name: name ?? written.id,
      window: { ...rule, weekStart: WEEKDAYS.indexOf(weekStart) + 1 },
      carriesOver: carryOver,
      thresholds: thresholds ?? DEFAULT_THRESHOLDS,
      ...(parent !== undefined && { parent }),
      ...(owner !== undefined && { owner }),
      ...(validFrom !== undefined && { validFromUnixMs: validFrom }),
      ...(validTo !== undefined && { validToUnixMs: validTo }),
    }
  })

/** Labels that every operation can have, beside the dimensions. */
const OWN_LABELS = ['provider', 'model', 'operation', 'service'] as const

/** All labels that operations can have. */
export function listLabels(dimensions: readonly { readonly name: string }[]): readonly string[] {
  return [...OWN_LABELS, ...dimensions.map(({ name }) => name)]
}

/** Why nothing would ever count in a budget: it names a label that no operation has. */
export function findLabelFault(
  { scope, each }: Pick<Budget, 'scope' | 'each'>,
  known: readonly string[],
): string | undefined {
  const stray = [...Object.keys(scope), ...each].find((name) => !known.includes(name))
  return stray === undefined ? undefined : describeStray(stray, known)
}

export function describeStray(stray: string, known: readonly string[]): string {
  const nearest = findNearest(stray, known)
  const hint = nearest === undefined ? `known: ${known.join(', ')}` : `did you mean "${nearest}"?`
  return `no operation has a label "${stray}"; ${hint}`
}
