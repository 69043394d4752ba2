import { useRef, useState } from 'preact/hooks'
import { addFilter, filtersOf, linkHere, rangeOf } from '../address.ts'
import type { SpendAnswer, SpendRow } from '../answers.ts'
import { writeCount } from '../counts.ts'
import { toAtto, toFraction, writeShare } from '../money.ts'
import { keepOrder } from '../order.ts'
import { useAnswer, useScope } from '../scope.ts'
import { Amount, Unknown, usePlaces } from './amount.tsx'
import { Panel } from './panel.tsx'

/** As many rows as are read at a glance. */
const FEW = 8

/** More would make the page slow, and nobody reads them: filters find what is beyond. */
const MANY = 500

/** Spend by the values of one label; a row leads to what it is made of. */
export function Breakdown({ label, title }: { readonly label: string; readonly title: string }) {
  const { address } = useScope()
  const where = address.query.getAll('where')
  const asked = useAnswer<SpendAnswer>('spend', { by: label, ...rangeOf(address), where })
  const isFiltered = filtersOf(address.query).some((filter) => filter.label === label)
  return (
    <Panel
      title={title}
      asked={asked}
      aside={isFiltered ? 'filtered' : undefined}
      empty={({ rows }) => {
        if (rows.length === 0) return 'No operations.'
        return rows.some(({ labels }) => labels[label] !== undefined)
          ? undefined
          : `No operation names a ${label}.`
      }}
    >
      {(answer) => <BreakdownTable answer={answer} label={label} title={title} />}
    </Panel>
  )
}

interface TableProps {
  readonly answer: SpendAnswer
  readonly label: string
  readonly title: string
}

function BreakdownTable({ answer, label, title }: TableProps) {
  const [isWhole, setWhole] = useState(false)
  const isHeld = useRef(false)
  const order = useRef<readonly string[]>([])
  // Under somebody's pointer or focus rows keep their places, however the figures change.
  const rows = isHeld.current
    ? keepOrder(order.current, answer.rows, (row) => keyOf(row, label))
    : answer.rows
  order.current = rows.map((row) => keyOf(row, label))
  const shown = rows.slice(0, isWhole ? MANY : FEW)
  const places = usePlaces(shown.filter(isKnown).map(({ cost }) => cost.amount))
  const total = toAtto(answer.total.cost.amount)
  const hold = () => (isHeld.current = true)
  const release = () => (isHeld.current = false)
  return (
    <div onPointerEnter={hold} onPointerLeave={release} onFocusIn={hold} onFocusOut={release}>
      <table class="figures">
        <caption class="hidden">{title}</caption>
        <thead>
          <tr>
            <th scope="col">{label}</th>
            <th scope="col" class="number">
              USD
            </th>
            <th scope="col" class="number">
              share
            </th>
            <th scope="col" class="number" title="operations">
              ops
            </th>
          </tr>
        </thead>
        <tbody>
          {shown.map((row) => (
            <BreakdownRow
              key={keyOf(row, label)}
              row={row}
              label={label}
              places={places}
              total={total}
            />
          ))}
        </tbody>
      </table>
      {rows.length > FEW && (
        <button type="button" class="link" onClick={() => setWhole(!isWhole)}>
          {isWhole ? 'Show fewer' : `Show ${describeAll(rows.length)}`}
        </button>
      )}
      {isWhole && rows.length > MANY && (
        <p class="quiet">
          and {writeCount(rows.length - MANY)} more{answer.truncated && ' at least'}, which cost
          less
        </p>
      )}
    </div>
  )
}

function describeAll(count: number): string {
  return count > MANY ? `the first ${MANY} of ${writeCount(count)}` : `all ${count}`
}

interface RowProps {
  readonly row: SpendRow
  readonly label: string
  readonly places: number
  readonly total: bigint
}

function BreakdownRow({ row, label, places, total }: RowProps) {
  const { address } = useScope()
  const value = row.labels[label]
  const cost = toAtto(row.cost.amount)
  const link = linkHere(address, {
    where: addFilter(address.query, { label, value: value ?? '' }),
  })
  return (
    <tr>
      <th scope="row" class="name">
        <span class="bar" style={{ width: `${toFraction(cost, total) * 100}%` }} />
        <a href={link} title={value} dir="auto">
          {value ?? <i>no {label}</i>}
        </a>
      </th>
      <td class="number">
        {isKnown(row) ? (
          <Amount amount={row.cost.amount} places={places} />
        ) : (
          <Unknown why="none of these operations has a price" />
        )}
      </td>
      <td class="number">{isKnown(row) ? writeShare(cost, total) : '–'}</td>
      <td class="number">{writeCount(row.operations)}</td>
    </tr>
  )
}

function keyOf({ labels }: SpendRow, label: string): string {
  const value = labels[label]
  return value === undefined ? '' : `=${value}`
}

function isKnown({ statuses, operations }: SpendRow): boolean {
  return BigInt(statuses['unpriced'] ?? 0) < BigInt(operations)
}
