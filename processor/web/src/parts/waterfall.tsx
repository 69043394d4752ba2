import { useEffect, useMemo, useRef, useState } from 'preact/hooks'
import { fromAtto } from '../money.ts'
import { useScope } from '../scope.ts'
import { listOpen, type TreeRow } from '../tree.ts'
import { findMostPlaces } from './amount.tsx'
import { WaterfallRow } from './waterfall-row.tsx'

const ROW_HEIGHT = 28
/** Rows drawn beyond what can be seen, so that scrolling finds them there. */
const SPARE_ROWS = 12

interface WaterfallProps {
  readonly rows: readonly TreeRow[]
  readonly lastedNano: bigint
  /** A span id. */
  readonly chosen: string | undefined
  readonly onChoose: (spanId: string) => void
}

/**
 * The operations of a trace as a tree with their costs and times. Only the rows that can be seen are
 * in the document, so thousands of spans scroll as well as ten.
 */
export function Waterfall({ rows, lastedNano, chosen, onChoose }: WaterfallProps) {
  const [closed, setClosed] = useState<ReadonlySet<string>>(new Set())
  const open = useMemo(() => listOpen(rows, closed), [rows, closed])
  const box = useRef<HTMLDivElement>(null)
  const [first, last] = useVisibleRows(box, open.length)
  const at = open.findIndex(({ span: { spanId } }) => spanId === chosen)
  const most = useMemo(
    () => rows.reduce((max, { subtree }) => (subtree.costAtto > max ? subtree.costAtto : max), 0n),
    [rows],
  )
  const { isExact } = useScope()
  const places = useMemo(() => findPlaces(rows, isExact), [rows, isExact])
  useEffect(() => showRow(box.current!, at), [at])

  const toggle = (spanId: string, isOpen: boolean): void => {
    const next = new Set(closed)
    if (isOpen) next.delete(spanId)
    else next.add(spanId)
    setClosed(next)
  }
  const onKeyDown = (event: KeyboardEvent): void => {
    const row = open[at]
    const page = Math.floor(box.current!.clientHeight / ROW_HEIGHT) - 2
    const target = findTarget(event.key, at, { page, last: open.length - 1 })
    const isTurn = event.key === 'ArrowLeft' || event.key === 'ArrowRight'
    if (target !== undefined) onChoose(open[target]!.span.spanId)
    else if (row !== undefined && isTurn) toggle(row.span.spanId, event.key === 'ArrowRight')
    else return
    event.preventDefault()
  }
  return (
    <div
      class={`waterfall ${isExact ? 'exact' : ''}`}
      role="treegrid"
      aria-label="Spans"
      aria-rowcount={open.length + 1}
      aria-activedescendant={at >= first && at < last ? `span-${chosen}` : undefined}
      tabIndex={0}
      ref={box}
      onKeyDown={onKeyDown}
    >
      <Head />
      <div role="rowgroup" style={{ paddingTop: `${first * ROW_HEIGHT}px` }} class="rows">
        {open.slice(first, last).map((row, index) => (
          <WaterfallRow
            key={row.span.spanId}
            row={row}
            index={first + index}
            lastedNano={lastedNano}
            most={most}
            places={places}
            isOpen={!closed.has(row.span.spanId)}
            isChosen={row.span.spanId === chosen}
            onChoose={onChoose}
            onToggle={toggle}
          />
        ))}
        <div role="presentation" style={{ height: `${(open.length - last) * ROW_HEIGHT}px` }} />
      </div>
    </div>
  )
}

/** Of all rows, so that columns stay as they are while one scrolls. */
function findPlaces(rows: readonly TreeRow[], isExact: boolean): readonly [number, number] {
  const own = rows.flatMap(({ span }) => span.cost ?? [])
  const sums = rows.map(({ subtree }) => fromAtto(subtree.costAtto))
  return [findMostPlaces(own, isExact), findMostPlaces(sums, isExact)]
}

function Head() {
  return (
    <div class="row head" role="row" aria-rowindex={1}>
      <span role="columnheader">span</span>
      <span role="columnheader">model</span>
      <span role="columnheader" class="number">
        USD
      </span>
      <span role="columnheader" class="number" title="with everything below it">
        with below
      </span>
      <span role="columnheader">time</span>
    </div>
  )
}

/** The row that a key leads to. */
function findTarget(
  key: string,
  at: number,
  { page, last }: { readonly page: number; readonly last: number },
): number | undefined {
  const targets = new Map([
    ['ArrowDown', at + 1],
    ['ArrowUp', at - 1],
    ['PageDown', at + page],
    ['PageUp', at - page],
    ['Home', 0],
    ['End', last],
  ])
  const target = targets.get(key)
  return target === undefined ? undefined : Math.min(last, Math.max(0, target))
}

/** The rows to draw: from the first, up to but not with the last. */
function useVisibleRows(
  box: { readonly current: HTMLDivElement | null },
  count: number,
): readonly [first: number, last: number] {
  const [seen, setSeen] = useState({ top: 0, height: 800 })
  useEffect(() => {
    const element = box.current!
    const measure = (): void => setSeen({ top: element.scrollTop, height: element.clientHeight })
    measure()
    element.addEventListener('scroll', measure, { passive: true })
    const sized = new ResizeObserver(measure)
    sized.observe(element)
    return () => {
      element.removeEventListener('scroll', measure)
      sized.disconnect()
    }
  }, [])
  const top = Math.floor(seen.top / ROW_HEIGHT)
  const first = Math.max(0, Math.min(count, top) - SPARE_ROWS)
  const last = Math.min(count, top + Math.ceil(seen.height / ROW_HEIGHT) + SPARE_ROWS)
  return [first, last]
}

/** Scrolls only where the row cannot be seen. */
function showRow(element: HTMLElement, at: number): void {
  if (at < 0) return
  const top = at * ROW_HEIGHT
  const seen = element.clientHeight - 2 * ROW_HEIGHT
  if (top < element.scrollTop) element.scrollTop = top
  else if (top > element.scrollTop + seen) element.scrollTop = top - seen
}
