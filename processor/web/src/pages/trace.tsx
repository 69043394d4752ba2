import { useMemo } from 'preact/hooks'
import { go, linkHere } from '../address.ts'
import type { Columns, Counted, EntriesAnswer, TraceAnswer } from '../answers.ts'
import { writeCount, writeCounted } from '../counts.ts'
import { useAnswer, useScope } from '../scope.ts'
import { fromUnixNano, writeDuration, writeInstant } from '../times.ts'
import { compareAmounts } from '../money.ts'
import { buildTree, type TreeRow } from '../tree.ts'
import { Amount, Unknown, usePlaces } from '../parts/amount.tsx'
import { Explanation } from '../parts/explanation.tsx'
import { Panel } from '../parts/panel.tsx'
import { Waterfall } from '../parts/waterfall.tsx'
import type { Page } from './page.ts'

/** One trace: what each of its operations cost, and why. */
export const tracePage: Page = {
  path: 'trace',
  title: 'Trace',
  hasRange: false,
  isInMenu: false,
  render: (traceId) => <Trace key={traceId} traceId={traceId} />,
}

function Trace({ traceId }: { readonly traceId: string }) {
  const asked = useAnswer<TraceAnswer>(`traces/${encodeURIComponent(traceId)}`, {
    spans: 'columns',
  })
  return (
    <Panel title={`Trace ${traceId}`} asked={asked} class="trace">
      {(answer) => <TraceView {...answer} />}
    </Panel>
  )
}

function TraceView(trace: TraceAnswer) {
  const { address, zone } = useScope()
  const { cost, operations, unpriced, columns } = trace
  const rows = useMemo(() => buildTree(columns), [columns])
  const lastedNano = useMemo(() => findLast(columns), [columns])
  const chosen = address.query.get('span')
  const row = rows.find(({ span }) => span.spanId === chosen)
  return (
    <>
      <p class="summary">
        <strong>
          {isUnknown(trace) ? (
            <Unknown why="none of its operations has a price" />
          ) : (
            <>
              $<Amount amount={cost.amount} />
            </>
          )}
        </strong>
        <span>{writeCounted(operations, 'operation')}</span>
        {BigInt(unpriced) > 0n && (
          <span class="badge warn">{writeCount(unpriced)} without a price</span>
        )}
        <span>{writeDuration(lastedNano)}</span>
        <span class="quiet">
          {writeInstant(fromUnixNano(columns.startTimeUnixNano), zone)} {zone}
        </span>
      </p>
      {trace.truncated && (
        <p class="problem">
          There are more spans than these {writeCount(columns.spanId.length)}; the sums are of
          these.
        </p>
      )}
      <div class="sums">
        <Sums
          label="model"
          rows={trace.byModel.map(({ model, ...each }) => ({ name: model, row: each }))}
        />
        <Sums
          label="service"
          rows={trace.byService.map(({ service, ...each }) => ({ name: service, row: each }))}
        />
        {trace.byAgent.some(({ agent }) => agent !== undefined) && (
          <Sums
            label="agent"
            rows={trace.byAgent.map(({ agent, ...each }) => ({ name: agent, row: each }))}
          />
        )}
      </div>
      <div class="beside waterfall-beside">
        <Waterfall
          rows={rows}
          lastedNano={lastedNano}
          chosen={row?.span.spanId}
          onChoose={(spanId) => go(linkHere(address, { span: spanId }), 'replace')}
        />
        <aside aria-label="The chosen span" aria-live="polite">
          {row === undefined ? (
            <p class="quiet">Choose an operation to see why it costs what it costs.</p>
          ) : (
            <Chosen key={row.span.spanId} traceId={trace.traceId} row={row} />
          )}
        </aside>
      </div>
    </>
  )
}

interface ChosenProps {
  readonly traceId: string
  readonly row: TreeRow
}

/** What is known of one span is asked for when somebody wants it. */
function Chosen({ traceId, row: { span, subtree } }: ChosenProps) {
  if (span.standing === undefined) {
    return (
      <div class="explanation">
        <h3 dir="auto">{span.name === '' ? 'no name' : span.name}</h3>
        <p class="quiet">
          No GenAI operation itself; {writeCounted(subtree.operations, 'operation')} below it.
        </p>
      </div>
    )
  }
  return <ChosenOperation traceId={traceId} spanId={span.spanId} />
}

function ChosenOperation({
  traceId,
  spanId,
}: {
  readonly traceId: string
  readonly spanId: string
}) {
  const { answer, problem } = useAnswer<EntriesAnswer>('entries', { traceId, spanId })
  const [entry] = answer?.entries ?? []
  if (entry !== undefined) return <Explanation entry={entry} />
  return <p class="quiet">{problem ?? (answer === undefined ? 'Loading…' : 'It is gone.')}</p>
}

interface SumsProps {
  readonly label: string
  readonly rows: readonly { readonly name: string | undefined; readonly row: Counted }[]
}

function Sums({ label, rows }: SumsProps) {
  const counted = rows.filter(({ row }) => BigInt(row.operations) > 0n)
  const places = usePlaces(counted.map(({ row }) => row.cost.amount))
  const dearest = counted.toSorted((one, other) => compareAmounts(other.row.cost, one.row.cost))
  return (
    <table class="figures">
      <caption class="hidden">By {label}</caption>
      <thead>
        <tr>
          <th scope="col">{label}</th>
          <th scope="col" class="number">
            USD
          </th>
          <th scope="col" class="number">
            ops
          </th>
        </tr>
      </thead>
      <tbody>
        {dearest.map(({ name, row }) => (
          <tr key={name ?? ''}>
            <th scope="row" class="name" dir="auto" title={name}>
              {name ?? <i>no {label}</i>}
            </th>
            <td class="number">
              {isUnknown(row) ? (
                <Unknown why="none of these operations has a price" />
              ) : (
                <Amount amount={row.cost.amount} places={places} />
              )}
            </td>
            <td class="number">{writeCount(row.operations)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

function isUnknown({ operations, unpriced }: Counted): boolean {
  return BigInt(operations) > 0n && BigInt(operations) === BigInt(unpriced)
}

/** From the first start to the last end. */
function findLast({ startNano, durationNano }: Columns): bigint {
  return startNano.reduce<bigint>((last, start, place) => {
    const end = BigInt(start) + BigInt(durationNano[place]!)
    return end > last ? end : last
  }, 0n)
}
