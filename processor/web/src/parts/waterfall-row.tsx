import { fromAtto, toFraction } from '../money.ts'
import { writeDuration } from '../times.ts'
import type { TreeRow } from '../tree.ts'
import { Amount, Unknown } from './amount.tsx'

const MAX_INDENT = 24

interface RowProps {
  readonly row: TreeRow
  readonly index: number
  /** The whole trace, from the first start to the last end. */
  readonly lastedNano: bigint
  /** The most expensive subtree of the trace. */
  readonly most: bigint
  /** Behind the point, of own costs and of sums. */
  readonly places: readonly [own: number, sums: number]
  readonly isOpen: boolean
  readonly isChosen: boolean
  readonly onChoose: (spanId: string) => void
  readonly onToggle: (spanId: string, isOpen: boolean) => void
}

/** One operation: what it is, what it cost, alone and with what is below it, and when it was. */
export function WaterfallRow(props: RowProps) {
  const { row, index, lastedNano, most, places, isOpen, isChosen, onChoose, onToggle } = props
  const { span, depth, descendants, subtree } = row
  const { spanId, name, service, standing, status, model } = span
  return (
    <div
      class={`row ${isChosen ? 'chosen' : ''}`}
      role="row"
      id={`span-${spanId}`}
      aria-rowindex={index + 2}
      aria-level={depth + 1}
      aria-selected={isChosen}
      aria-expanded={descendants === 0 ? undefined : isOpen}
      onClick={() => onChoose(spanId)}
    >
      <span
        role="gridcell"
        class="name"
        style={{ paddingInlineStart: `${Math.min(depth, MAX_INDENT) * 14}px` }}
      >
        <span
          class="twist"
          aria-hidden="true"
          onClick={(event) => {
            event.stopPropagation()
            if (descendants > 0) onToggle(spanId, !isOpen)
          }}
        >
          {descendants === 0 ? '' : isOpen ? '▾' : '▸'}
        </span>
        <bdi class={standing === undefined ? 'quiet' : ''} title={name}>
          {name === '' ? (span.operation ?? 'no name') : name}
        </bdi>
        {standing !== undefined && standing !== 'counted' && <span class="badge">{standing}</span>}
        {standing === 'counted' && status !== 'priced' && status !== 'free' && (
          <span class={`badge ${status === 'unpriced' ? 'warn' : ''}`}>{status}</span>
        )}
      </span>
      <span role="gridcell" class="name quiet">
        <bdi title={model ?? service}>{model ?? service ?? ''}</bdi>
      </span>
      <span role="gridcell" class="number">
        <OwnCost row={row} places={places[0]} />
      </span>
      <span role="gridcell" class="number cost">
        <span class="bar" style={{ width: `${toFraction(subtree.costAtto, most) * 100}%` }} />
        <SubtreeCost row={row} places={places[1]} />
      </span>
      <span role="gridcell" class="time">
        <Timing row={row} lastedNano={lastedNano} />
      </span>
    </div>
  )
}

interface CostProps {
  readonly row: TreeRow
  readonly places: number
}

/** Amounts stand on what counts only, as on the spans themselves: they can be added up. */
function OwnCost({ row: { span }, places }: CostProps) {
  if (span.standing !== 'counted') return <span class="quiet">–</span>
  if (span.cost === undefined) return <Unknown why="it has no price" />
  return <Amount amount={span.cost} places={places} />
}

function SubtreeCost({ row: { subtree }, places }: CostProps) {
  const { operations, unpriced, costAtto } = subtree
  if (operations === 0) return <span class="quiet">–</span>
  if (unpriced === operations) return <Unknown why="nothing here has a price" />
  return (
    <>
      {unpriced > 0 && <span title={`${unpriced} without a price`}>≥ </span>}
      <Amount amount={fromAtto(costAtto)} places={places} />
    </>
  )
}

function Timing({
  row: { span },
  lastedNano,
}: {
  readonly row: TreeRow
  readonly lastedNano: bigint
}) {
  const duration = BigInt(span.durationNano)
  const style = {
    insetInlineStart: `${toFraction(BigInt(span.startNano), lastedNano) * 100}%`,
    width: `${toFraction(duration, lastedNano) * 100}%`,
  }
  return (
    <>
      <span class="track">
        <span class="when" style={style} />
      </span>
      <span class="quiet lasted">{writeDuration(duration)}</span>
    </>
  )
}
