import { UNITS } from '@spancost/genai'
import { z } from 'zod'
import { currency, durationBetween, headers, instant, text } from './values.ts'

/** The section `prices`: what the user says about prices, for everybody and for single tenants. */

const files = (meaning: string) => z.array(text(4096)).max(64).prefault([]).describe(meaning)

const name = text(512)

const model = z.strictObject({
  provider: name.describe('Such as `openai`'),
  model: name.describe('As the provider names it'),
})

const alias = z.strictObject({
  provider: name.optional().describe('Absent: of any provider'),
  model: name.describe('Your own name, as spans have it; `*` stands for anything'),
  means: z
    .strictObject({
      provider: name.optional().describe('Absent: the one that the span names'),
      model: name.describe('A name that has a price'),
    })
    .describe('What it stands for'),
})

const decimal = z.string('expected a decimal in quotes').regex(/^\d{1,9}(\.\d{1,15})?$/, {
  error: 'expected a decimal in quotes, such as "0.85"',
})

const discount = z.strictObject({
  name: text(256).describe('For people, such as the contract'),
  provider: name.optional().describe('Absent: of any provider'),
  model: name.optional().describe('`*` stands for anything; absent: every model'),
  units: z.array(z.enum(UNITS)).min(1).optional().describe('Absent: all'),
  times: decimal.describe('What is left of the list price: `"0.85"` is 15 % less'),
  from: instant.optional().describe('Valid from then on, UTC; absent: since ever'),
  to: instant.optional().describe('Valid until just before, UTC; absent: for ever'),
})

const unknown = z
  .union([z.literal('unpriced'), model], {
    error: 'expected `unpriced`, or the provider and model whose rates stand in',
  })
  .describe('Of a model that nobody knows: `unpriced`, or whose rates an estimate takes')

const own = {
  cards: files('Files of your own price cards; they win over all others'),
  selfHosted: files('Files of cards for models that you host yourself'),
  aliases: z.array(alias).max(10_000).prefault([]).describe('What your own names of models mean'),
  discounts: z
    .array(discount)
    .max(10_000)
    .prefault([])
    .describe('Agreements over list prices; the first that matches a unit holds'),
}

const book = z
  .strictObject({
    path: text(4096)
      .optional()
      .describe(
        'A file in the place of the book that comes with us; what is fetched is kept there',
      ),
    url: z
      .url({ protocol: /^https?$/, error: 'expected an http(s) URL' })
      .max(2048)
      .optional()
      .describe('Where a new book is fetched from; absent: nothing is ever fetched'),
    headers: headers.prefault({}).describe('Sent with every fetch'),
    interval: durationBetween('1m', '24h')
      .prefault('6h')
      .describe('Between two fetches, give or take a tenth. 1m to 24h'),
    timeout: durationBetween('1s', '5m').prefault('30s').describe('For one fetch. 1s to 5m'),
    maxChange: z
      .number('expected a number from 1.01 to 1000')
      .min(1.01, 'expected a number from 1.01 to 1000')
      .max(1000, 'expected a number from 1.01 to 1000')
      .prefault(4)
      .describe('A new book in which a rate is so many times another, or 0, is not taken'),
    mayRemove: z
      .boolean()
      .prefault(false)
      .describe('Whether a new book may lack prices that the one in force has'),
  })
  .refine(({ path, url }) => path !== undefined || url !== undefined, {
    path: ['path'],
    error: 'missing; a book has a `path`, a `url` or both',
  })

const month = z.string().regex(/^\d{4}-(0[1-9]|1[0-2])$/, 'expected a month such as "2026-11"')

const monthly = z.strictObject({
  name: text(256).describe('For people, such as `vector store`'),
  amount: decimal.describe('Of each month'),
  currency: currency.prefault('USD').describe('By the exchange rate of the first of the month'),
  spread: z.enum(['tokens', 'operations']).describe('Who used more carries more: of what'),
  where: z
    .record(text(64), text(256))
    .prefault({})
    .describe('Only operations with these labels carry it; empty: all'),
  from: month.optional().describe('The first month; absent: since ever'),
  to: month.optional().describe('The month after the last; absent: for ever'),
})

const tenant = z.strictObject({ ...own, unknown: unknown.optional() })

const exchange = z
  .record(
    currency,
    z.record(z.string().regex(/^\d{4}-\d\d-\d\d$/, 'expected a date such as 2026-01-01'), decimal),
  )
  .prefault({})
  .describe('USD for one unit of a currency, by the day since when; in the place of ours')

export const prices = z.strictObject({
  book: book.optional().describe('Absent: the book that comes with us'),
  ...own,
  unknown: unknown.prefault('unpriced'),
  exchange,
  monthly: z
    .array(monthly)
    .max(64)
    .prefault([])
    .describe('Costs that are the same each month: a GPU, a database; beside spend, never in it'),
  tenants: z
    .record(text(256), tenant)
    .refine((record) => Object.keys(record).length <= 1000, 'more than 1000 tenants')
    .prefault({})
    .describe('The same for single tenants, over what is said for all'),
})

export type WrittenPrices = z.infer<typeof prices>
