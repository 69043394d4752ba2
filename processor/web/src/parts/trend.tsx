import { useEffect, useRef } from 'preact/hooks'
import UPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import { linkHere, rangeOf } from '../address.ts'
import type { SpendAnswer, SpendRow } from '../answers.ts'
import { writeCount } from '../counts.ts'
import { boundPeriod } from '../periods.ts'
import { useAnswer, useScope } from '../scope.ts'
import { writePeriod } from '../times.ts'
import { Amount, usePlaces } from './amount.tsx'
import { Panel } from './panel.tsx'

const HEIGHT = 200
const TICK_WIDTH = 100
const PERIODS = ['hour', 'day', 'week', 'month'] as const
const BY_HOUR = new Set(['today', 'yesterday', '24h'])

/** Spend over time: a chart to look at, and a table that says the same to everybody else. */
export function Trend() {
  const { address } = useScope()
  const range = rangeOf(address)
  const given = PERIODS.find((one) => one === address.query.get('granularity'))
  const granularity = given ?? (BY_HOUR.has(range['range'] ?? '') ? 'hour' : 'day')
  const where = address.query.getAll('where')
  const asked = useAnswer<SpendAnswer>('spend', { ...range, granularity, where })
  const choices = (
    <nav class="choices small" aria-label="Period">
      {PERIODS.map((each) => (
        <a
          key={each}
          href={linkHere(address, { granularity: each })}
          aria-current={each === granularity ? 'true' : undefined}
        >
          {each}
        </a>
      ))}
    </nav>
  )
  return (
    <Panel
      title="Spend over time"
      class="wide"
      aside={choices}
      asked={asked}
      empty={({ rows }) => (rows.length === 0 ? 'No operations in this range.' : undefined)}
    >
      {(answer) => (
        <>
          <Chart rows={answer.rows} granularity={granularity} />
          <details>
            <summary>The same as a table</summary>
            <Periods answer={answer} granularity={granularity} />
          </details>
        </>
      )}
    </Panel>
  )
}

interface ChartProps {
  readonly rows: readonly SpendRow[]
  readonly granularity: string
}

function Chart({ rows, granularity }: ChartProps) {
  const place = useRef<HTMLDivElement>(null)
  const plot = useRef<UPlot | undefined>(undefined)
  useEffect(() => {
    const parent = place.current!
    const draw = (): void => {
      plot.current?.destroy()
      const starts = rows.map(({ start = '' }) => start)
      const options = describePlot(parent, starts, granularity)
      plot.current = new UPlot(options, toColumns(rows), parent)
    }
    draw()
    const sized = new ResizeObserver(() =>
      plot.current?.setSize({ width: parent.clientWidth, height: HEIGHT }),
    )
    sized.observe(parent)
    const scheme = window.matchMedia('(prefers-color-scheme: dark)')
    scheme.addEventListener('change', draw)
    return () => {
      sized.disconnect()
      scheme.removeEventListener('change', draw)
      plot.current?.destroy()
      plot.current = undefined
    }
  }, [granularity, rows])
  return <div class="chart" ref={place} aria-hidden="true" />
}

/** Heights of bars are pixels, so a float is enough for them; figures stand in the table. */
function toColumns(rows: readonly SpendRow[]): UPlot.AlignedData {
  return [
    rows.map(({ start = '' }) => toSeconds(start)),
    rows.map(({ cost }) => Number(cost.amount)),
  ]
}

const PERIOD_SECONDS: Readonly<Record<string, number>> = {
  hour: 3600,
  day: 86_400,
  week: 604_800,
  month: 2_678_400,
}

function describePlot(
  parent: HTMLElement,
  starts: readonly string[],
  granularity: string,
): UPlot.Options {
  const color = (name: string): string => getComputedStyle(parent).getPropertyValue(name).trim()
  const seconds = PERIOD_SECONDS[granularity] ?? 3600
  const axis = {
    stroke: color('--muted'),
    grid: { stroke: color('--line'), width: 1 },
    ticks: { show: false },
    font: '12px system-ui, sans-serif',
  }
  return {
    width: parent.clientWidth,
    height: HEIGHT,
    padding: [8, 8, 0, 0],
    legend: { show: false },
    cursor: { x: false, y: false, points: { show: false }, drag: { x: false } },
    scales: {
      // Half a period on both sides, so that the first and the last bar are whole.
      x: { range: (_, first, last) => [first - seconds / 2, last + seconds / 2] },
      y: { range: (_, __, most) => [0, most > 0 ? most * 1.05 : 1] },
    },
    axes: [
      {
        ...axis,
        grid: { show: false },
        size: 28,
        // Under the bars, and as many as have room: periods are of the zone, not of the browser.
        splits: () => thin(starts, TICK_WIDTH, parent.clientWidth).map((start) => toSeconds(start)),
        values: () =>
          thin(starts, TICK_WIDTH, parent.clientWidth).map((start) =>
            writePeriod(start, granularity).slice(5),
          ),
      },
      { ...axis, size: 72, values: (_, splits) => splits.map((value) => writeTick(value)) },
    ],
    series: [
      {},
      {
        fill: color('--accent'),
        width: 0,
        paths: UPlot.paths.bars!({ size: [0.7, 64] }),
        points: { show: false },
      },
    ],
  }
}

function toSeconds(start: string): number {
  return Date.parse(start) / 1000
}

/** Every so many of them, that each has its room. */
function thin(starts: readonly string[], roomPx: number, widthPx: number): readonly string[] {
  const step = Math.max(1, Math.ceil((starts.length * roomPx) / Math.max(widthPx, roomPx)))
  return starts.filter((_, index) => index % step === 0)
}

/** Ticks are round figures of the axis, not amounts. */
function writeTick(value: number): string {
  return value === 0 ? '0' : `$${Number(value.toPrecision(6))}`
}

interface PeriodsProps {
  readonly answer: SpendAnswer
  readonly granularity: string
}

/** Each period leads to itself alone. */
function Periods({ answer, granularity }: PeriodsProps) {
  const { address, zone } = useScope()
  const { rows } = answer
  const places = usePlaces(rows.map(({ cost }) => cost.amount))
  return (
    <table class="figures">
      <caption class="hidden">Spend by {granularity}</caption>
      <thead>
        <tr>
          <th scope="col">{granularity} from</th>
          <th scope="col" class="number">
            USD
          </th>
          <th scope="col" class="number">
            operations
          </th>
        </tr>
      </thead>
      <tbody>
        {rows.map(({ start = '', cost, operations }) => {
          const bounds = boundPeriod(start, granularity, answer, zone)
          const link = linkHere(address, { ...bounds, range: undefined, granularity: 'hour' })
          return (
            <tr key={start}>
              <th scope="row">
                <a href={link}>{writePeriod(start, granularity)}</a>
              </th>
              <td class="number">
                <Amount amount={cost.amount} places={places} />
              </td>
              <td class="number">{writeCount(operations)}</td>
            </tr>
          )
        })}
      </tbody>
    </table>
  )
}
