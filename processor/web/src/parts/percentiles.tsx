import { addFilter, linkHere, rangeOf } from '../address.ts'
import type { PercentilesAnswer, PercentilesRow } from '../answers.ts'
import { writeCount } from '../counts.ts'
import type { Asked } from '../scope.ts'
import { useAnswer, useScope } from '../scope.ts'
import { Amount, usePlaces } from './amount.tsx'
import { Panel } from './panel.tsx'

const CHOICES = ['agent', 'model', 'operation', 'service', 'feature', 'task']
const FEW = 8
const COLUMNS = ['p50', 'p90', 'p99', 'most'] as const

/** By the label that the URL names. */
export function usePercentiles(): Asked<PercentilesAnswer> {
  const { address } = useScope()
  const where = address.query.getAll('where')
  return useAnswer<PercentilesAnswer>('percentiles', {
    by: labelOf(address.query),
    ...rangeOf(address),
    where,
  })
}

function labelOf(query: URLSearchParams): string {
  return query.get('per') ?? 'agent'
}

/** What single operations cost: half, nine of ten and all but one of a hundred cost at most so much. */
export function Percentiles({ asked }: { readonly asked: Asked<PercentilesAnswer> }) {
  const { address } = useScope()
  const label = labelOf(address.query)
  const choices = (
    <nav class="choices small" aria-label="Cost per operation by">
      {[...new Set([...CHOICES, label])].map((each) => (
        <a
          key={each}
          href={linkHere(address, { per: each })}
          aria-current={each === label ? 'true' : undefined}
        >
          {each}
        </a>
      ))}
    </nav>
  )
  return (
    <Panel
      title="Cost per operation"
      name="operations"
      aside={choices}
      asked={asked}
      empty={({ total }) =>
        total.operations === 0 ? 'No operation with a price in this range.' : undefined
      }
    >
      {(answer) => <PercentileTable answer={answer} label={label} />}
    </Panel>
  )
}

interface TableProps {
  readonly answer: PercentilesAnswer
  readonly label: string
}

function PercentileTable({ answer, label }: TableProps) {
  const { rows, total, newestOnly } = answer
  const shown = rows.slice(0, FEW)
  const amounts = [...shown, total].flatMap((row) =>
    COLUMNS.flatMap((name) => row[name]?.amount ?? []),
  )
  const places = usePlaces(amounts)
  const saved = usePlaces([...shown, total].map(({ cacheSaved }) => cacheSaved.amount))
  return (
    <>
      <div class="scroll" tabIndex={0} role="group" aria-label="Percentiles">
        <table class="figures">
          <caption class="hidden">Cost per operation in USD</caption>
          <thead>
            <tr>
              <th scope="col">{label}</th>
              <th scope="col" class="number" title="half of the operations cost at most so much">
                p50
              </th>
              <th scope="col" class="number" title="nine of ten cost at most so much">
                p90
              </th>
              <th scope="col" class="number" title="all but one of a hundred cost at most so much">
                p99
              </th>
              <th scope="col" class="number">
                most
              </th>
              <th scope="col" class="number" title="operations with a price">
                ops
              </th>
              <th scope="col" class="number" title="by reading from caches, all of them together">
                saved
              </th>
            </tr>
          </thead>
          <tbody>
            {shown.map((row) => (
              <PercentileRow key={row.labels[label] ?? ''} {...{ row, label, places, saved }} />
            ))}
          </tbody>
          <tfoot>
            <tr>
              <th scope="row">all</th>
              <Figures row={total} places={places} saved={saved} />
            </tr>
          </tfoot>
        </table>
      </div>
      <p class="quiet">
        Exact, of every operation with a price
        {newestOnly && ` among the newest ${writeCount(total.operations)}`}.
        {rows.length > FEW && ` ${writeCount(rows.length - FEW)} more are not shown.`}
      </p>
    </>
  )
}

interface RowProps {
  readonly row: PercentilesRow
  readonly label: string
  readonly places: number
  /** Places of what caches saved. */
  readonly saved: number
}

function PercentileRow({ row, label, places, saved }: RowProps) {
  const { address } = useScope()
  const value = row.labels[label]
  const where = addFilter(address.query, { label, value: value ?? '' })
  return (
    <tr>
      <th scope="row" class="name">
        <a href={linkHere(address, { where })} title={value} dir="auto">
          {value ?? <i>no {label}</i>}
        </a>
      </th>
      <Figures {...{ row, places, saved }} />
    </tr>
  )
}

type FiguresOf = Omit<PercentilesRow, 'labels'>

function Figures({ row, places, saved }: Omit<RowProps, 'row' | 'label'> & { row: FiguresOf }) {
  return (
    <>
      {COLUMNS.map((name) => {
        const money = row[name]
        return (
          <td key={name} class="number">
            {money === undefined ? '–' : <Amount amount={money.amount} places={places} />}
          </td>
        )
      })}
      <td class="number">{writeCount(row.operations)}</td>
      <td class="number">
        <Amount amount={row.cacheSaved.amount} places={saved} />
      </td>
    </>
  )
}
