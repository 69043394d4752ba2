import { linkTo, rangeOf } from '../address.ts'
import type { HeldAnswer } from '../answers.ts'
import { Amount, Unknown, usePlaces } from '../parts/amount.tsx'
import { Panel } from '../parts/panel.tsx'
import { useAnswer, useScope } from '../scope.ts'
import { writeInstant } from '../times.ts'
import type { Page } from './page.ts'

/** What may become spend, or repeat what is counted already. */
export const heldPage: Page = {
  path: 'held',
  title: 'Held',
  hasRange: true,
  isInMenu: false,
  render: () => <Held />,
}

function Held() {
  const { address } = useScope()
  const where = address.query.getAll('where')
  const asked = useAnswer<HeldAnswer>('held', { ...rangeOf(address), where })
  return (
    <Panel
      title="Held agents"
      asked={asked}
      aside="no spend until nothing has come below them for a while"
      empty={({ held }) => (held.length === 0 ? 'Nothing is held in this range.' : undefined)}
    >
      {(answer) => <HeldTable {...answer} />}
    </Panel>
  )
}

function HeldTable({ held, truncated, oldestOnly }: HeldAnswer) {
  const { address, zone } = useScope()
  const places = usePlaces(held.flatMap(({ cost }) => cost?.amount ?? []))
  return (
    <>
      <table class="figures">
        <caption class="hidden">Held agents</caption>
        <thead>
          <tr>
            <th scope="col">span</th>
            <th scope="col">came</th>
            <th scope="col" class="number">
              USD
            </th>
          </tr>
        </thead>
        <tbody>
          {held.map(({ traceId, spanId, spanName, recordedAt, cost }) => (
            <tr key={traceId + spanId}>
              <th scope="row" class="name">
                <a href={linkTo(address, `trace/${traceId}`, { span: spanId })} dir="auto">
                  {spanName === '' ? 'no name' : spanName}
                </a>
              </th>
              <td class="still">{writeInstant(recordedAt, zone).slice(0, 19)}</td>
              <td class="number">
                {cost === undefined ? (
                  <Unknown why="it has no price" />
                ) : (
                  <Amount amount={cost.amount} places={places} />
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {(truncated || oldestOnly) && <p class="quiet">There are more.</p>}
    </>
  )
}
