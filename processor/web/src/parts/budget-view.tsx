import { linkHere, linkTo } from '../address.ts'
import type { SpendAnswer } from '../answers.ts'
import type { AuditAnswer, Budget, Counter } from '../answers-budgets.ts'
import { writeCount } from '../counts.ts'
import { countedBy, fits, isPattern, type Counted } from '../patterns.ts'
import { writeQuantity } from '../quantity.ts'
import { useAnswer, useScope } from '../scope.ts'
import { writeInstant } from '../times.ts'
import { Badge } from './badge.tsx'
import { Burn } from './burn.tsx'
import { Panel } from './panel.tsx'
import { Figure } from './quantity.tsx'
import { Steps } from './step.tsx'

/** One budget: where it stands, what it is about, and what became of it. */
export function BudgetView({ id }: { readonly id: string }) {
  const path = `budgets/${encodeURIComponent(id)}`
  const asked = useAnswer<Budget>(path)
  const steps = asked.answer === undefined ? [] : findSteps(asked.answer)
  return (
    <div class="stack">
      <Panel title={`Budget ${id}`} asked={asked}>
        {(budget) => <BudgetFacts budget={budget} />}
      </Panel>
      {steps.length > 0 && (
        <section class="panel" aria-label="Decide">
          <header>
            <h2>{asked.answer?.life === 'pending' ? 'Decide on this request' : 'End it'}</h2>
          </header>
          <Steps steps={steps.map((step) => ({ path: `${path}/${step}`, text: capital(step) }))} />
        </section>
      )}
      {asked.answer !== undefined && <Audit id={id} />}
    </div>
  )
}

/** What can be asked for; who may is the API's to say. */
function findSteps({ life, origin }: Budget): readonly string[] {
  if (origin === 'config') return []
  if (life === 'pending') return ['approve', 'reject']
  return life === 'approved' ? ['close'] : []
}

function BudgetFacts({ budget }: { readonly budget: Budget }) {
  const { zone } = useScope()
  const { name, scope, each, parent, limit, window, owner, thresholds, counters } = budget
  const scoped = Object.entries(scope).map(([label, values]) => `${label} = ${values.join(' or ')}`)
  const facts: readonly (readonly [string, string | undefined])[] = [
    ['name', name === budget.id ? undefined : name],
    ['limit', `${writeQuantity(limit)} each ${window.period}, ${window.zone}`],
    ['counts', scoped.length === 0 ? 'everything' : scoped.join(', and ')],
    ['a counter each', each.length === 0 ? undefined : each.join(', ')],
    ['below', parent],
    ['owner', owner],
    ['from', budget.validFrom && writeInstant(budget.validFrom, zone)],
    ['until', budget.validTo && writeInstant(budget.validTo, zone)],
    ['asked for by', budget.requestedBy],
    ['declared in', budget.origin === 'config' ? 'spancost.yaml' : undefined],
    ['thresholds', describeThresholds(thresholds)],
  ]
  return (
    <>
      <p class="summary">
        <Badge state={budget.state} />
      </p>
      {counters.length > 0 ? (
        <Counters budget={budget} />
      ) : (
        <p class="quiet">Nothing has been counted in the present window.</p>
      )}
      <dl class="facts">
        {facts.map(([label, value]) =>
          value === undefined || value === '' ? null : (
            <div key={label}>
              <dt>{label}</dt>
              <dd dir="auto">{value}</dd>
            </div>
          ),
        )}
      </dl>
    </>
  )
}

/** `notify at 50, 80 % of spent; refuse at 100 % of spent`. */
function describeThresholds(thresholds: Budget['thresholds']): string {
  const groups = Map.groupBy(thresholds, ({ of, action }) => `${action.kind} ${of}`)
  return [...groups.values()]
    .map((group) => {
      const { of, action } = group[0]!
      return `${action.kind} at ${group.map(({ percent }) => percent).join(', ')} % of ${of}`
    })
    .join('; ')
}

/** Of those that have used most of their limit. */
const MAX_COUNTERS = 200

function Counters({ budget }: { readonly budget: Budget }) {
  const { each } = budget
  const counters = budget.counters.toSorted((one, other) => other.percent - one.percent)
  return (
    <div class="scroll" tabIndex={0} role="group" aria-label="Counters">
      <table class="figures wide-rows">
        <caption class="hidden">Counters of the present window</caption>
        <thead>
          <tr>
            <th scope="col">{each.length === 0 ? 'window' : each.join(', ')}</th>
            <th scope="col" class="burn-column">
              spent, of the limit
            </th>
            <th scope="col" class="number">
              spent
            </th>
            <th scope="col" class="number">
              held
            </th>
            <th scope="col" class="number">
              left
            </th>
            <th scope="col" class="number">
              forecast
            </th>
            <th scope="col" class="number">
              unpriced
            </th>
          </tr>
        </thead>
        <tbody>
          {counters.slice(0, MAX_COUNTERS).map((counter) => (
            <CounterRow key={JSON.stringify(counter.for)} budget={budget} counter={counter} />
          ))}
        </tbody>
      </table>
      {counters.length > MAX_COUNTERS && (
        <p class="quiet">
          and {writeCount(counters.length - MAX_COUNTERS)} more, which have used less
        </p>
      )}
    </div>
  )
}

/** It leads to the spend that it has counted. */
function CounterRow({ budget, counter }: { readonly budget: Budget; readonly counter: Counter }) {
  const { address } = useScope()
  const { window, unpriced } = counter
  const counted = countedBy(budget, counter)
  const of = Object.values(counter.for)
  const title = of.length === 0 ? window.id.replace(':', ' ') : of.join(', ')
  const hasPatterns = Object.values(counted).flat().some(isPattern)
  return (
    <tr>
      <th scope="row" dir="auto" class={of.length === 0 ? 'still' : ''}>
        {hasPatterns ? (
          <MatchedLink title={title} {...{ budget, counter, counted }} />
        ) : (
          <a href={linkToSpend(budget, counter, counted)}>{title}</a>
        )}
      </th>
      <td>
        <Burn counter={counter} />
      </td>
      <td class="number">
        <Figure quantity={counter.spent} />
      </td>
      <td class="number">
        <Figure quantity={counter.held} />
      </td>
      <td class="number">
        <Figure quantity={counter.left} />
      </td>
      <td class="number">
        {counter.forecast === undefined ? (
          <span class="quiet">–</span>
        ) : (
          <Figure quantity={counter.forecast} />
        )}
      </td>
      <td class="number">
        {BigInt(unpriced) === 0n ? (
          '0'
        ) : (
          <a class="unknown" href={linkTo(address, 'prices')}>
            {writeCount(unpriced)}
          </a>
        )}
      </td>
    </tr>
  )
}

/** A window without a beginning is all that there is: ten years of it. */
const EVER = '520w'

function periodOf({ window }: Budget, counter: Counter) {
  const { start: from, end: to } = counter.window
  const isEver = from === undefined && to === undefined
  return { zone: window.zone, ...(isEver ? { range: EVER } : { from, to }) }
}

function linkToSpend(budget: Budget, counter: Counter, counted: Counted): string {
  const where = Object.entries(counted).flatMap(([label, values]) =>
    values.map((value) => `${label}=${value}`),
  )
  const nowhere = { path: '', query: new URLSearchParams() }
  return linkHere(nowhere, { ...periodOf(budget, counter), where })
}

interface MatchedProps {
  readonly title: string
  readonly budget: Budget
  readonly counter: Counter
  readonly counted: Counted
}

/** Filters name values that fit a pattern, so many at most. */
const MAX_VALUES = 100

/** Filters know no patterns: they are given the values that fit, of those that there are. */
function MatchedLink({ title, budget, counter, counted }: MatchedProps) {
  const labels = Object.keys(counted).filter((label) => counted[label]!.some(isPattern))
  const { answer } = useAnswer<SpendAnswer>('spend', {
    by: labels.join(','),
    ...periodOf(budget, counter),
  })
  if (answer === undefined || answer.truncated) return <>{title}</>
  const found = labels.map((label) => {
    const values = new Set(answer.rows.map((row) => row.labels[label] ?? ''))
    return [label, [...values].filter((value) => fits(counted[label]!, value))] as const
  })
  const isUsable = found.every(([, values]) => values.length > 0 && values.length <= MAX_VALUES)
  if (!isUsable) return <>{title}</>
  return (
    <a href={linkToSpend(budget, counter, { ...counted, ...Object.fromEntries(found) })}>{title}</a>
  )
}

function Audit({ id }: { readonly id: string }) {
  const { zone } = useScope()
  const asked = useAnswer<AuditAnswer>('audit', { budget: id })
  return (
    <Panel
      title="What happened"
      asked={asked}
      empty={({ steps }) => (steps.length === 0 ? 'Nothing yet.' : undefined)}
    >
      {({ steps }) => (
        <ol class="steps">
          {steps.map(({ at, what, who, why }) => (
            <li key={at + what + who}>
              <span class="quiet still">{writeInstant(at, zone)}</span> <b>{what}</b> by{' '}
              <bdi>{who}</bdi>
              {why !== undefined && <q dir="auto">{why}</q>}
            </li>
          ))}
        </ol>
      )}
    </Panel>
  )
}

function capital(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1)
}
