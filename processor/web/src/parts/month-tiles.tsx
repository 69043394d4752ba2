import { filtersOf, linkHere, linkTo } from '../address.ts'
import type { ForecastAnswer, PercentilesAnswer } from '../answers.ts'
import type { BudgetsAnswer } from '../answers-budgets.ts'
import { writeCount } from '../counts.ts'
import { shortenAmount } from '../money.ts'
import { countedBy, isWithin } from '../patterns.ts'
import { writePercent, shortenQuantity } from '../quantity.ts'
import type { Asked } from '../scope.ts'
import { useAnswer, useScope } from '../scope.ts'
import { Amount } from './amount.tsx'
import { Tile } from './tile.tsx'

/** What this month is expected to come to. */
export function ForecastTile() {
  const { address, zone } = useScope()
  const where = address.query.getAll('where')
  const asked = useAnswer<ForecastAnswer>('forecast', { zone, where })
  const link = linkHere(address, { range: 'this-month', from: undefined, to: undefined })
  return (
    <Tile title="Expected this month" asked={asked} link={link}>
      {({ forecast, method }) => ({
        figure:
          forecast === undefined ? (
            '–'
          ) : (
            <>
              $<Amount amount={forecast.amount} />
            </>
          ),
        note:
          method === undefined
            ? 'too early to say'
            : method === 'profile'
              ? 'by the hours of past weeks'
              : 'if it goes on as until now',
      })}
    </Tile>
  )
}

/**
 * The budget that has used most of its limit, and how many want a look; with filters, of those that
 * count nothing else.
 */
export function BudgetTile() {
  const { address } = useScope()
  const asked = useAnswer<BudgetsAnswer>('budgets')
  return (
    <Tile title="Against budgets" asked={asked} link={linkTo(address, 'budgets')}>
      {({ budgets }) => {
        const filters = filtersOf(address.query)
        const counters = budgets.flatMap((budget) =>
          budget.counters
            .filter((counter) => isWithin(countedBy(budget, counter), filters))
            .map((counter) => ({ budget, counter })),
        )
        const [worst] = counters.toSorted((a, b) => b.counter.percent - a.counter.percent)
        if (worst === undefined) {
          const note = filters.length === 0 ? 'no budget is active' : 'no budget is for this alone'
          return { figure: '–', note }
        }
        const { budget, counter } = worst
        const about = [...new Set(counters.map((each) => each.budget))]
        const others = about.filter(({ state }) => state === 'alert' || state === 'exhausted')
        return {
          figure: writePercent(counter.percent),
          note: [
            `of ${budget.name ?? budget.id}, ${shortenQuantity(counter.left)} left`,
            ...(others.length > 0 ? [`${others.length} of ${about.length} in alert`] : []),
          ].join('; '),
        }
      }}
    </Tile>
  )
}

/** What reading from caches saved; the note says what filling them cost. */
export function SavingsTile({ asked }: { readonly asked: Asked<PercentilesAnswer> }) {
  const { address } = useScope()
  const link = linkHere(address, { show: 'operations', per: address.query.get('per') ?? 'model' })
  return (
    <Tile title="Saved by caches" asked={asked} link={link}>
      {({ total, newestOnly }) => ({
        figure: (
          <>
            $<Amount amount={total.cacheSaved.amount} />
          </>
        ),
        note: [
          `filling them cost $${shortenAmount(total.cacheExtra.amount)} more`,
          ...(newestOnly ? [`newest ${writeCount(total.operations)} operations`] : []),
        ].join('; '),
      })}
    </Tile>
  )
}
