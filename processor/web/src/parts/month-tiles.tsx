import { linkHere, linkTo } from '../address.ts'
import type { ForecastAnswer, PercentilesAnswer } from '../answers.ts'
import type { BudgetsAnswer } from '../answers-budgets.ts'
import { writeCount } from '../counts.ts'
import { shortenAmount } from '../money.ts'
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

/** The budget that has used most of its limit, and how many want a look. */
export function BudgetTile() {
  const { address } = useScope()
  const asked = useAnswer<BudgetsAnswer>('budgets')
  return (
    <Tile title="Against budgets" asked={asked} link={linkTo(address, 'budgets')}>
      {({ budgets }) => {
        const counters = budgets.flatMap((budget) =>
          budget.counters.map((counter) => ({ budget, counter })),
        )
        const [worst] = counters.toSorted((a, b) => b.counter.percent - a.counter.percent)
        if (worst === undefined) return { figure: '–', note: 'no budget is active' }
        const { budget, counter } = worst
        const others = budgets.filter(({ state }) => state === 'alert' || state === 'exhausted')
        return {
          figure: writePercent(counter.percent),
          note: [
            `of ${budget.name ?? budget.id}, ${shortenQuantity(counter.left)} left`,
            ...(others.length > 0 ? [`${others.length} of ${budgets.length} in alert`] : []),
          ].join('; '),
        }
      }}
    </Tile>
  )
}

/** What reading from caches saved, less what filling them cost. */
export function SavingsTile({ asked }: { readonly asked: Asked<PercentilesAnswer> }) {
  return (
    <Tile title="Saved by caches" asked={asked}>
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
