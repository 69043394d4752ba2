/** In what order the spans of a trace are sent, and in which requests. */
import type { Random } from '../fuzz/random.ts'
import type { MadeSpan, MadeTrace } from './make-trace.ts'

/** `bottom-up`: what is below a span comes before it or with it, as docs/roll-up.md asks for. */
export type Order = 'bottom-up' | 'any'

/** One to six requests, each in an order of its own; `any` sends one of them once more. */
export function splitTrace(
  { spans }: MadeTrace,
  order: Order,
  random: Random,
): readonly (readonly MadeSpan[])[] {
  const queue = order === 'any' ? shuffle(spans, random) : listBottomUp(spans, random)
  const parts = 1 + random.below(Math.min(6, spans.length))
  const cuts = Array.from({ length: parts - 1 }, () => random.below(queue.length)).sort(
    (one, other) => one - other,
  )
  const requests = [...cuts, queue.length]
    .map((end, index) => queue.slice(index === 0 ? 0 : cuts[index - 1], end))
    .filter((request) => request.length > 0)
    .map((request) => shuffle(request, random))
  return order === 'any' ? shuffle([...requests, random.pick(requests)], random) : requests
}

/** Any order in which every span comes after its children. */
function listBottomUp(spans: readonly MadeSpan[], random: Random): readonly MadeSpan[] {
  const left = new Map(spans.map((span) => [span, span.children.length]))
  const ready = spans.filter(({ children }) => children.length === 0)
  const queue: MadeSpan[] = []
  while (ready.length > 0) {
    const [span] = ready.splice(random.below(ready.length), 1)
    queue.push(span!)
    const { parent } = span!
    if (parent === undefined) continue
    left.set(parent, left.get(parent)! - 1)
    if (left.get(parent) === 0) ready.push(parent)
  }
  return queue
}

/** Fisher and Yates. */
function shuffle<Item>(items: readonly Item[], random: Random): Item[] {
  const shuffled = [...items]
  for (let last = shuffled.length - 1; last > 0; last--) {
    const other = random.below(last + 1)
    ;[shuffled[last], shuffled[other]] = [shuffled[other]!, shuffled[last]!]
  }
  return shuffled
}
