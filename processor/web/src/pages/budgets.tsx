import { linkTo } from '../address.ts'
import type { Budget, BudgetsAnswer, Counter } from '../answers-budgets.ts'
import { useAnswer, useScope } from '../scope.ts'
import { writeInstant } from '../times.ts'
import { Badge } from '../parts/badge.tsx'
import { BudgetRequest } from '../parts/budget-request.tsx'
import { BudgetView } from '../parts/budget-view.tsx'
import { Burn } from '../parts/burn.tsx'
import { Panel } from '../parts/panel.tsx'
import { Figure } from '../parts/quantity.tsx'
import type { Page } from './page.ts'

/** What may be spent, and how much of it is. */
export const budgetsPage: Page = {
  path: 'budgets',
  title: 'Budgets',
  hasRange: false,
  isInMenu: true,
  render: (id) => (id === '' ? <Budgets /> : <BudgetView key={id} id={decodeURIComponent(id)} />),
}

function Budgets() {
  const asked = useAnswer<BudgetsAnswer>('budgets')
  return (
    <div class="stack">
      <Panel
        title="Budgets"
        asked={asked}
        empty={({ budgets }) =>
          budgets.length === 0
            ? 'There are none yet: declare them in spancost.yaml, or ask for one below.'
            : undefined
        }
      >
        {({ budgets }) => <BudgetTable budgets={budgets} />}
      </Panel>
      <BudgetRequest budgets={asked.answer?.budgets ?? []} />
    </div>
  )
}

function BudgetTable({ budgets }: BudgetsAnswer) {
  return (
    <table class="figures wide-rows">
      <caption class="hidden">Budgets and where they stand</caption>
      <thead>
        <tr>
          <th scope="col">budget</th>
          <th scope="col">state</th>
          <th scope="col" class="burn-column">
            spent, of the limit
          </th>
          <th scope="col" class="number">
            limit
          </th>
          <th scope="col" class="number">
            left
          </th>
          <th scope="col" class="number">
            forecast
          </th>
          <th scope="col">window ends</th>
        </tr>
      </thead>
      <tbody>
        {budgets.map((budget) => (
          <BudgetRow key={budget.id} budget={budget} />
        ))}
      </tbody>
    </table>
  )
}

function BudgetRow({ budget }: { readonly budget: Budget }) {
  const { address, zone } = useScope()
  const { id, name, state, counters, each } = budget
  const worst = findWorst(counters)
  return (
    <tr>
      <th scope="row" dir="auto">
        <a href={linkTo(address, `budgets/${encodeURIComponent(id)}`)}>{name ?? id}</a>
        {each.length > 0 && (
          <span class="quiet">
            {' '}
            each {each.join(', ')}
            {worst !== undefined && `; most: ${Object.values(worst.for).join(', ')}`}
          </span>
        )}
      </th>
      <td>
        <Badge state={state} />
      </td>
      <td>{worst === undefined ? <span class="quiet">–</span> : <Burn counter={worst} />}</td>
      <td class="number">
        <Figure quantity={worst?.limit ?? budget.limit} />
        {worst?.exchange && (
          <span class="quiet">
            {' '}
            {worst.exchange.of.amount} {worst.exchange.of.currency} at {worst.exchange.rate} of{' '}
            {worst.exchange.from}
          </span>
        )}
      </td>
      <td class="number">{worst && <Figure quantity={worst.left} />}</td>
      <td class="number">
        {worst?.forecast === undefined ? (
          <span class="quiet">–</span>
        ) : (
          <Figure quantity={worst.forecast} />
        )}
      </td>
      <td class="still">
        {worst?.window.end === undefined ? (
          <span class="quiet">–</span>
        ) : (
          writeInstant(worst.window.end, zone).slice(0, 16)
        )}
      </td>
    </tr>
  )
}

/** The counter that has used most of its limit. */
function findWorst(counters: readonly Counter[]): Counter | undefined {
  return counters.toSorted((one, other) => other.percent - one.percent)[0]
}
