import { linkHere, linkTo, rangeOf } from '../address.ts'
import type { HeldAnswer, SpendAnswer, TopTracesAnswer } from '../answers.ts'
import { writeCount, writeCounted } from '../counts.ts'
import { shortenAmount, writeShare } from '../money.ts'
import { useAnswer, useScope } from '../scope.ts'
import { writeInstant } from '../times.ts'
import { Amount, Unknown, usePlaces } from '../parts/amount.tsx'
import { Breakdown } from '../parts/breakdown.tsx'
import { BudgetTile, ForecastTile, SavingsTile } from '../parts/month-tiles.tsx'
import { Panel } from '../parts/panel.tsx'
import { Percentiles, usePercentiles } from '../parts/percentiles.tsx'
import { Tile } from '../parts/tile.tsx'
import { TokenMix } from '../parts/token-mix.tsx'
import { Trend } from '../parts/trend.tsx'
import type { Page } from './page.ts'

/** What spend is broken down by; the last one is chosen. */
const LABELS = ['model', 'service', 'tenant', 'team', 'user']
const CHOICES = [
  'provider',
  'operation',
  'agent',
  'project',
  'feature',
  'task',
  'environment',
  'session',
  'conversation',
]

/** Where the money went, in one look. */
export const overviewPage: Page = {
  path: '',
  title: 'Overview',
  hasRange: true,
  isInMenu: true,
  render: () => <Overview />,
}

function Overview() {
  const { address, zone } = useScope()
  const where = address.query.getAll('where')
  const spend = useAnswer<SpendAnswer>('spend', { ...rangeOf(address), where })
  const today = useAnswer<SpendAnswer>('spend', { range: 'today', zone, where })
  const month = useAnswer<SpendAnswer>('spend', { range: 'this-month', zone, where })
  const costs = usePercentiles()
  const rangeLink = (range: string): string =>
    linkHere(address, { range, from: undefined, to: undefined })
  return (
    <>
      <div class="tiles">
        <SpendTile title="In this range" asked={spend} />
        <SpendTile title="Today" asked={today} link={rangeLink('today')} />
        <SpendTile title="This month" asked={month} link={rangeLink('this-month')} />
        <ForecastTile />
        <BudgetTile />
        <UnpricedTile asked={spend} />
        <HeldTile asked={spend} />
        <CachedTile asked={spend} />
        <SavingsTile asked={costs} />
      </div>
      <div class="grid">
        <Trend />
        {LABELS.map((label) => (
          <Breakdown key={label} label={label} title={`By ${label}`} />
        ))}
        <ChosenBreakdown />
        <TopTraces />
        <TokenMix asked={spend} />
        <Percentiles asked={costs} />
      </div>
    </>
  )
}

type SpendAsked = ReturnType<typeof useAnswer<SpendAnswer>>

interface SpendTileProps {
  readonly title: string
  readonly asked: SpendAsked
  readonly link?: string
}

function SpendTile({ title, asked, link }: SpendTileProps) {
  return (
    <Tile title={title} asked={asked} {...(link !== undefined && { link })}>
      {({ total }) => {
        const unpriced = BigInt(total.statuses['unpriced'] ?? 0)
        const operations = BigInt(total.operations)
        const isUnknown = operations > 0n && unpriced === operations
        return {
          figure: isUnknown ? (
            <Unknown why="none of these operations has a price" />
          ) : (
            <>
              $<Amount amount={total.cost.amount} />
            </>
          ),
          note:
            writeCounted(total.operations, 'operation') +
            (unpriced > 0n ? `, ${writeCount(unpriced)} without a price` : ''),
        }
      }}
    </Tile>
  )
}

/** Of how much the cost is not, or not wholly, known. */
function UnpricedTile({ asked }: { readonly asked: SpendAsked }) {
  const { address } = useScope()
  return (
    <Tile title="Unpriced" asked={asked} link={linkTo(address, 'prices')}>
      {({ total }) => {
        const unpriced = BigInt(total.statuses['unpriced'] ?? 0)
        const unsure = (['partial', 'estimated'] as const).flatMap((status) => {
          const count = total.statuses[status] ?? 0
          return BigInt(count) === 0n ? [] : [`${writeCount(count)} ${status}`]
        })
        return {
          figure: writeShare(unpriced, BigInt(total.operations)),
          note: [`${writeCount(unpriced)} of all operations`, ...unsure].join(', '),
        }
      }}
    </Tile>
  )
}

/** What may become spend, of all that is spend or may be. */
function HeldTile({ asked }: { readonly asked: SpendAsked }) {
  const { address } = useScope()
  const where = address.query.getAll('where')
  const held = useAnswer<HeldAnswer>('held', { ...rangeOf(address), where })
  return (
    <Tile title="Held" asked={held} link={linkTo(address, 'held')}>
      {({ operations, cost, oldestOnly }) => {
        const of = asked.answer?.total.operations
        const least = oldestOnly ? 'at least ' : ''
        return {
          figure:
            of === undefined
              ? '–'
              : writeShare(BigInt(operations), BigInt(of) + BigInt(operations)),
          note: `${least}${writeCounted(operations, 'agent')}, $${shortenAmount(cost.amount)}`,
        }
      }}
    </Tile>
  )
}

/** How much of what models read came from their caches. */
function CachedTile({ asked }: { readonly asked: SpendAsked }) {
  const { address } = useScope()
  return (
    <Tile title="Input from caches" asked={asked} link={linkHere(address, { show: 'tokens' })}>
      {({ total }) => {
        const of = (type: string): bigint => BigInt(total.tokens[type] ?? 0)
        const cached = of('cache_read')
        const all = of('input') + cached + of('cache_write')
        return { figure: writeShare(cached, all), note: `${writeCount(cached)} tokens` }
      }}
    </Tile>
  )
}

/** By whatever else, which the URL names. */
function ChosenBreakdown() {
  const { address } = useScope()
  const label = address.query.get('by') ?? 'provider'
  const choices = [...new Set([...CHOICES, label])]
  return (
    <div class="chosen">
      <Breakdown key={label} label={label} title={`By ${label}`} />
      <nav class="choices small" aria-label="Break down by">
        {choices.map((each) => (
          <a
            key={each}
            href={linkHere(address, { by: each })}
            aria-current={each === label ? 'true' : undefined}
          >
            {each}
          </a>
        ))}
      </nav>
    </div>
  )
}

function TopTraces() {
  const { address } = useScope()
  const where = address.query.getAll('where')
  const asked = useAnswer<TopTracesAnswer>('traces', { ...rangeOf(address), where, limit: '10' })
  return (
    <Panel
      title="Most expensive traces"
      asked={asked}
      empty={({ traces }) => (traces.length === 0 ? 'No traces in this range.' : undefined)}
    >
      {({ traces }) => <TracesTable traces={traces} />}
    </Panel>
  )
}

function TracesTable({ traces }: TopTracesAnswer) {
  const { address, zone } = useScope()
  const places = usePlaces(traces.map(({ cost }) => cost.amount))
  return (
    <table class="figures">
      <caption class="hidden">Most expensive traces</caption>
      <thead>
        <tr>
          <th scope="col">trace</th>
          <th scope="col">began</th>
          <th scope="col" class="number">
            USD
          </th>
          <th scope="col" class="number" title="operations">
            ops
          </th>
        </tr>
      </thead>
      <tbody>
        {traces.map(({ traceId, start, cost, operations, unpriced }) => (
          <tr key={traceId}>
            <th scope="row">
              <a class="id" href={linkTo(address, `trace/${traceId}`)} title={traceId}>
                {traceId.slice(0, 8)}…
              </a>
            </th>
            <td class="still" title={writeInstant(start, zone)}>
              {writeInstant(start, zone).slice(5, 16)}
            </td>
            <td class="number">
              {BigInt(unpriced) === BigInt(operations) ? (
                <Unknown why="none of its operations has a price" />
              ) : (
                <Amount amount={cost.amount} places={places} />
              )}
            </td>
            <td class="number">{writeCount(operations)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
