/**
 * Values that are kept under lists of texts. To follow a list costs a look-up for each text, which
 * engines do by a hash that they keep with it; to join the texts would make a new one each time.
 */
export interface ListMap<Value extends object> {
  /** The value that is kept under a list, made where there is none. */
  recall(list: readonly (string | undefined)[], make: () => Value): Value
}

interface Branch<Value> {
  readonly next: Map<string | undefined, Branch<Value>>
  value: Value | undefined
}

/** Beyond `maxValues` all are forgotten: lists from outside must not fill the memory. */
export function createListMap<Value extends object>(maxValues: number): ListMap<Value> {
  let root: Branch<Value> = createBranch()
  let size = 0
  return {
    recall(list, make) {
      let branch = root
      for (const text of list) {
        let next = branch.next.get(text)
        if (next === undefined) {
          next = createBranch()
          branch.next.set(text, next)
        }
        branch = next
      }
      if (branch.value !== undefined) return branch.value
      const value = make()
      if (size >= maxValues) {
        root = createBranch()
        size = 0
      } else {
        branch.value = value
        size++
      }
      return value
    },
  }
}

function createBranch<Value>(): Branch<Value> {
  return { next: new Map(), value: undefined }
}
