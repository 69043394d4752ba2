/**
 * A dictionary of texts that come again and again: models, cards, scopes, rates. A word is known by
 * its number, the first of which is 0. Words are never taken away. What is written out instead costs
 * bytes and nothing else: texts beyond the limits, and those that are not plain ASCII.
 */

/** Together they bound the memory: 65 536 words of 200 characters are 13 MB. */
const MAX_WORDS = 65_536
const MAX_LENGTH = 200

/** Span names may be all different: they leave room for what is not. */
const MAX_WORDS_WITH_NAMES = MAX_WORDS / 2

const PLAIN = /^[\u0020-\u007e]*$/

export interface WordBook {
  /** The number of a text, which becomes a word if it may. */
  findWord(text: string): number | undefined
  /** The same for a text that may be different every time. */
  findName(text: string): number | undefined
  /** The words that have come since this was asked last. */
  takeFresh(): string[]
}

export function createWordBook(words: readonly string[]): WordBook {
  const numbers = new Map(words.map((text, at) => [text, at]))
  let fresh: string[] = []

  function add(text: string, most: number): number | undefined {
    const number = numbers.size
    if (number >= most || text.length > MAX_LENGTH || !PLAIN.test(text)) return undefined
    numbers.set(text, number)
    fresh.push(text)
    return number
  }

  return {
    findWord: (text) => numbers.get(text) ?? add(text, MAX_WORDS),
    findName: (text) => numbers.get(text) ?? add(text, MAX_WORDS_WITH_NAMES),
    takeFresh() {
      const taken = fresh
      if (taken.length > 0) fresh = []
      return taken
    },
  }
}
