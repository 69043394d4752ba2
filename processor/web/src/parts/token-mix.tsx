import type { SpendAnswer } from '../answers.ts'
import { writeCount } from '../counts.ts'
import { toAtto, toFraction, writeShare } from '../money.ts'
import type { Asked } from '../scope.ts'
import { Amount, usePlaces } from './amount.tsx'
import { Panel } from './panel.tsx'

/** Disjoint kinds of tokens and the part of the cost that each is in; reasoning is in the output's. */
const KINDS = [
  { text: 'input', token: 'input', part: 'input' },
  { text: 'cache read', token: 'cache_read', part: 'cache_read' },
  { text: 'cache write', token: 'cache_write', part: 'cache_write' },
  { text: 'output', token: 'output', part: 'output' },
  { text: 'reasoning', token: 'reasoning', part: undefined },
  { text: 'other than tokens', token: undefined, part: 'other' },
] as const

export function TokenMix({ asked }: { readonly asked: Asked<SpendAnswer> }) {
  return (
    <Panel
      title="What was paid for"
      name="tokens"
      asked={asked}
      empty={({ total }) => (BigInt(total.operations) === 0n ? 'No operations.' : undefined)}
    >
      {(answer) => <KindTable {...answer} />}
    </Panel>
  )
}

function KindTable({ total }: SpendAnswer) {
  const places = usePlaces(Object.values(total.parts).map(({ amount }) => amount))
  const counts = Object.values(total.tokens).map(BigInt)
  const all = counts.reduce((sum, count) => sum + count, 0n)
  return (
    <table class="figures">
      <caption class="hidden">Tokens and cost by kind</caption>
      <thead>
        <tr>
          <th scope="col">kind</th>
          <th scope="col" class="number">
            tokens
          </th>
          <th scope="col" class="number">
            share
          </th>
          <th scope="col" class="number">
            USD
          </th>
        </tr>
      </thead>
      <tbody>
        {KINDS.map(({ text, token, part }) => {
          const count = token === undefined ? undefined : BigInt(total.tokens[token] ?? 0)
          const cost = part === undefined ? undefined : total.parts[part]
          const width = cost ? toFraction(toAtto(cost.amount), toAtto(total.cost.amount)) : 0
          return (
            <tr key={text}>
              <th scope="row" class="name">
                <span class="bar" style={{ width: `${width * 100}%` }} />
                {text}
              </th>
              <td class="number">{count === undefined ? '' : writeCount(count)}</td>
              <td class="number">{count === undefined ? '' : writeShare(count, all)}</td>
              <td class="number">
                {cost === undefined ? (
                  <span class="quiet">in output</span>
                ) : (
                  <Amount amount={cost.amount} places={places} />
                )}
              </td>
            </tr>
          )
        })}
      </tbody>
    </table>
  )
}
