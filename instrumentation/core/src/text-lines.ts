/** Takes a body apart while it is read. */
export interface BodyListener {
  receive(part: Uint8Array | string): void
  /** The body is complete. */
  end(): void
}

/** A line that is longer ends the reading. */
const MAX_LINE_CHARACTERS = 16 * 1024 * 1024

/** Of an object, after spaces if there are any. */
const BEGINNING = /^\s*(\{|$)/

/**
 * Hands on each line of a text, the last one too, that may be a JSON object. Any other line that is
 * not empty ends the reading.
 *
 * @param readLine `false` where no further line is wanted
 */
export function createJsonLineReader(readLine: (line: string) => boolean): BodyListener {
  const decoder = new TextDecoder()
  let begun: string[] = []
  let length = 0
  let isDone = false

  function finishLine(end: string): void {
    const line = begun.length === 0 ? end : [...begun, end].join('')
    begun = []
    length = 0
    if (isDone || line.trim() === '') return
    isDone = !BEGINNING.test(line) || !readLine(line)
  }

  function receive(text: string): void {
    let start = 0
    for (let at = text.indexOf('\n'); at !== -1 && !isDone; at = text.indexOf('\n', start)) {
      finishLine(text.slice(start, at))
      start = at + 1
    }
    if (isDone || start === text.length) return
    const rest = text.slice(start)
    length += rest.length
    // Not to collect a picture that has no lines.
    isDone = length > MAX_LINE_CHARACTERS || (begun.length === 0 && !BEGINNING.test(rest))
    if (isDone) begun = []
    else begun.push(rest)
  }

  return {
    receive(part) {
      if (!isDone) receive(typeof part === 'string' ? part : decoder.decode(part, { stream: true }))
    },
    end() {
      if (!isDone) receive(decoder.decode())
      finishLine('')
    },
  }
}
