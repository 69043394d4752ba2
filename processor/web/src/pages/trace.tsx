import { useMemo } from 'preact/hooks'
import { go, linkHere } from '../address.ts'
import type { Counted, TraceAnswer } from '../answers.ts'
import { writeCount, writeCounted } from '../counts.ts'
import { useAnswer, useScope } from '../scope.ts'
import { fromUnixNano, writeDuration, writeInstant } from '../times.ts'
import { compareAmounts } from '../money.ts'
import { buildTree } from '../tree.ts'
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
  const asked = useAnswer<TraceAnswer>(`traces/${encodeURIComponent(traceId)}`)
  return (
    <Panel title={`Trace ${traceId}`} asked={asked} class="trace">
      {(answer) => <TraceView {...answer} />}
    </Panel>
  )
}

function TraceView(trace: TraceAnswer) {
  const { address, zone } = useScope()
  const rows = useMemo(() => buildTree(trace.entries), [trace.entries])
  const span = findBounds(trace)
  const chosen = address.query.get('span')
  const entry = trace.entries.find(({ spanId }) => spanId === chosen)
  const { cost, operations, unpriced } = trace
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
        <span>{writeDuration(span.endNano - span.startNano)}</span>
        <span class="quiet">
          {writeInstant(fromUnixNano(span.startNano.toString()), zone)} {zone}
        </span>
      </p>
      {trace.truncated && (
        <p class="problem">
          Only the first {writeCount(trace.entries.length)} operations are shown.
        </p>
      )}
      <div class="sums">
        <Sums
          label="model"
          rows={trace.byModel.map(({ model, ...row }) => ({ name: model, row }))}
        />
        <Sums
          label="service"
          rows={trace.byService.map(({ service, ...row }) => ({ name: service, row }))}
        />
      </div>
      <div class="beside waterfall-beside">
        <Waterfall
          rows={rows}
          span={span}
          chosen={entry?.spanId}
          onChoose={(spanId) => go(linkHere(address, { span: spanId }), 'replace')}
        />
        <aside aria-label="The chosen operation" aria-live="polite">
          {entry === undefined ? (
            <p class="quiet">Choose an operation to see why it costs what it costs.</p>
          ) : (
            <Explanation entry={entry} />
          )}
        </aside>
      </div>
    </>
  )
}

interface SumsProps {
  readonly label: string
  readonly rows: readonly { readonly name: string | undefined; readonly row: Counted }[]
}

function Sums({ label, rows }: SumsProps) {
  const places = usePlaces(rows.map(({ row }) => row.cost.amount))
  const dearest = rows.toSorted((one, other) => compareAmounts(other.row.cost, one.row.cost))
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
function findBounds({ entries }: TraceAnswer): { startNano: bigint; endNano: bigint } {
  let [startNano, endNano] = [BigInt(entries[0]!.startTimeUnixNano), 0n]
  for (const entry of entries) {
    const [start, end] = [BigInt(entry.startTimeUnixNano), BigInt(entry.endTimeUnixNano)]
    if (start < startNano) startNano = start
    if (end > endNano) endNano = end
  }
  return { startNano, endNano: endNano > startNano ? endNano : startNano }
}
