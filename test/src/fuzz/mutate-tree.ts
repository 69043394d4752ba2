/** Spoils a request in OTLP/JSON by its meaning: what comes out is well-formed, and odd. */
import type { Random } from './random.ts'

type Tree = { [name: string | number]: unknown }

/** What an attribute, an id or a time may turn out to be. */
const ODD_VALUES: readonly unknown[] = [
  null,
  '',
  0,
  -1,
  1e300,
  '9223372036854775807',
  '-9223372036854775808',
  '18446744073709551615',
  '1.5',
  'NaN',
  '\uD800',
  '💰'.repeat(300),
  '0'.repeat(32),
  true,
  [],
  {},
  { intValue: '-5' },
  { doubleValue: 1e308 },
  { stringValue: 'gpt-4o' },
  { arrayValue: { values: [{ arrayValue: { values: [{ intValue: '1' }] } }] } },
  { kvlistValue: { values: [{ key: 'gen_ai.usage.input_tokens', value: { intValue: '3' } }] } },
  { bytesValue: '////' },
]

/** A copy with one to three members replaced, removed, repeated or swapped. */
export function mutateTree(tree: object, random: Random): object {
  const copy = structuredClone(tree) as Tree
  for (let times = 1 + random.below(3); times > 0; times--) {
    const place = random.pick(listPlaces(copy))
    if (place !== undefined) spoil(place.parent, place.name, random)
  }
  return copy
}

interface Place {
  readonly parent: Tree
  readonly name: string
}

function listPlaces(tree: Tree): Place[] {
  return Object.entries(tree).flatMap(([name, value]) => {
    const below = typeof value === 'object' && value !== null ? listPlaces(value as Tree) : []
    return [{ parent: tree, name }, ...below]
  })
}

function spoil(parent: Tree, name: string, random: Random): void {
  const way = random.below(4)
  if (way === 0) {
    parent[name] = structuredClone(random.pick(ODD_VALUES))
  } else if (way === 1) {
    if (Array.isArray(parent)) parent.splice(Number(name), 1)
    else delete parent[name]
  } else if (way === 2) {
    if (Array.isArray(parent)) parent.push(structuredClone(parent[name]))
    else parent[`${name}x`] = parent[name]
  } else {
    const other = random.pick(Object.keys(parent))
    ;[parent[name], parent[other]] = [parent[other], parent[name]]
  }
}
