import { linkTo } from '../address.ts'
import type { Entry, Unit } from '../answers.ts'
import { toPerMillion, writeAmount } from '../money.ts'
import { useScope } from '../scope.ts'
import { fromUnixNano, writeDuration, writeInstant } from '../times.ts'
import { Unknown } from './amount.tsx'

const STANDINGS: Readonly<Record<string, string>> = {
  counted: 'It is spend.',
  restated: 'It repeats what operations below it cost, so it is not added up again.',
  held: 'An agent span without a call below it: it may repeat what is counted elsewhere, so it is in no sum.',
  echo: 'A second sighting of a call that is counted already.',
}

/** Why one operation costs what it costs, with every figure as it was reckoned. */
export function Explanation({ entry }: { readonly entry: Entry }) {
  const { zone } = useScope()
  const { standing, status, reason, detail, corrections = [] } = entry
  return (
    <div class="explanation">
      <h3 dir="auto">{entry.spanName === '' ? entry.operation : entry.spanName}</h3>
      <p>
        <span class="badge">{standing}</span> {STANDINGS[standing]}
      </p>
      <p>
        <span class={`badge ${status === 'unpriced' ? 'warn' : ''}`}>{status}</span>{' '}
        {reason !== undefined && <code>{reason}</code>} <span dir="auto">{detail}</span>
      </p>
      <Units entry={entry} />
      {corrections.length > 0 && (
        <>
          <h4>Corrections</h4>
          <ul>
            {corrections.map((each) => (
              <li key={each.recordedAt + each.reason}>
                {writeInstant(each.recordedAt, zone)}: {each.reason}, now {each.standing},{' '}
                {writeAmount(each.cost.amount)} USD
              </li>
            ))}
          </ul>
        </>
      )}
      <Facts entry={entry} />
    </div>
  )
}

function Units({ entry }: { readonly entry: Entry }) {
  const { units, cost, list, reportedCost, source } = entry
  return (
    <table class="figures">
      <caption class="hidden">What was billed</caption>
      <thead>
        <tr>
          <th scope="col">unit</th>
          <th scope="col" class="number">
            quantity
          </th>
          <th scope="col" class="number">
            rate, USD
          </th>
          <th scope="col" class="number">
            USD
          </th>
        </tr>
      </thead>
      <tbody>
        {units.map((unit) => (
          <tr key={unit.unit}>
            <th scope="row">{unit.unit}</th>
            <td class="number">
              {unit.quantity.toLocaleString('en-US', { maximumFractionDigits: 9 })}
            </td>
            <td class="number quiet">{writeRate(unit)}</td>
            <td class="number">
              {unit.cost === undefined ? (
                <Unknown why="no rate is known" />
              ) : (
                writeAmount(unit.cost.amount)
              )}
            </td>
          </tr>
        ))}
      </tbody>
      <tfoot>
        <tr>
          <th scope="row" colSpan={3}>
            {source === 'provider' ? 'as the provider billed it' : 'together'}
          </th>
          <td class="number">
            {cost === undefined ? <Unknown why="it has no price" /> : writeAmount(cost.amount)}
          </td>
        </tr>
        {list !== undefined && (
          <tr>
            <th scope="row" colSpan={3}>
              by the card
            </th>
            <td class="number">{writeAmount(list.amount)}</td>
          </tr>
        )}
        {reportedCost !== undefined && (
          <tr>
            <th scope="row" colSpan={3}>
              as the span said
            </th>
            <td class="number">
              {reportedCost.amount} {reportedCost.currency}
            </td>
          </tr>
        )}
      </tfoot>
    </table>
  )
}

/** Rates of tokens are told for a million of them. */
function writeRate({ rate }: Unit): string {
  if (rate === undefined) return ''
  const perMillion = rate.startsWith('0.00') ? toPerMillion(rate) : undefined
  return perMillion === undefined ? `${rate} each` : `${writeAmount(perMillion)} / 1M`
}

function Facts({ entry }: { readonly entry: Entry }) {
  const { address, zone } = useScope()
  const { labels, card } = entry
  const start = fromUnixNano(entry.startTimeUnixNano)
  const duration = BigInt(entry.endTimeUnixNano) - BigInt(entry.startTimeUnixNano)
  const priceLink = linkTo(address, 'prices', {
    provider: entry.provider,
    model: labels['model'],
    at: start.toISOString(),
  })
  const facts: readonly (readonly [string, string | undefined])[] = [
    ['book', entry.book],
    ['source', entry.source],
    ['provider', entry.provider],
    ['asked for', entry.requestModel],
    ['answered by', entry.responseModel],
    ['service tier', entry.serviceTier],
    ['region', entry.region],
    ['began', `${writeInstant(start, zone)} ${zone}`],
    ['took', duration >= 0n ? writeDuration(duration) : undefined],
    ['error', entry.errorType],
    ['written by', [entry.scopeName, entry.scopeVersion].filter(Boolean).join(' ')],
    ['read as', entry.dialect],
    ['cached tokens', describeInclusive(entry)],
    ['span', entry.spanId],
    ...Object.entries(labels)
      .filter(([name]) => !['model', 'provider'].includes(name))
      .map(([name, value]) => [name, value] as const),
  ]
  return (
    <dl class="facts">
      <div>
        <dt>card</dt>
        <dd>
          {labels['model'] === undefined ? (
            (card ?? 'none')
          ) : (
            <a href={priceLink}>{card ?? 'none: look the price up'}</a>
          )}
        </dd>
      </div>
      {facts.map(([name, value]) =>
        value === undefined || value === '' ? null : (
          <div key={name}>
            <dt>{name}</dt>
            <dd dir="auto">{value}</dd>
          </div>
        ),
      )}
    </dl>
  )
}

function describeInclusive({ inclusive }: Entry): string | undefined {
  if (inclusive === true) return 'are part of the input that the span tells'
  if (inclusive === false) return 'stand beside the input that the span tells'
  return inclusive === undefined ? undefined : 'inside or beside the input: the span does not tell'
}
