import type { Labels } from '../entry.ts'
import type { LabelFilter } from '../store.ts'
import { decodeLabels } from './rows.ts'

/** One of the values given for each label that is named; the empty one is a label that is not there. */
export function isWanted(labels: Labels, where: LabelFilter = {}): boolean {
  return Object.entries(where).every(([name, values]) => {
    const value = Object.hasOwn(labels, name) ? labels[name]! : ''
    return values.includes(value)
  })
}

/** All label sets of a ledger, of which only some are wanted. */
export const LIST_LABEL_SETS = 'SELECT id, labels FROM label_sets'

export function pickLabelSets<Id>(
  sets: readonly { readonly id: Id; readonly labels: string }[],
  where: LabelFilter,
): Id[] {
  return sets.filter(({ labels }) => isWanted(decodeLabels(labels), where)).map(({ id }) => id)
}
