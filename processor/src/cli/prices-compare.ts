import type { BookDifference } from '@spancost/pricing'
import {
  compareWithForce,
  findSuspicions,
  loadBaseSources,
  readBookAt,
  type BookSettings,
} from '../book-source.ts'
import { describeError } from '../describe-error.ts'
import { writeLine, writeText, type ExitCode, type Io } from './io.ts'

interface CompareOptions {
  readonly action: string | undefined
  readonly json: boolean
}

/** What the processor allows where the config says nothing. */
const DEFAULT_LIMITS = { maxChange: 4, mayRemove: false }

/** Reads a book file as the processor would, and prints what it changes or why it is not taken. */
export async function compareBookFile(
  book: BookSettings | undefined,
  file: string,
  { action, json }: CompareOptions,
  io: Io,
): Promise<ExitCode> {
  let differences: readonly BookDifference[]
  try {
    const [before, after] = [await loadBaseSources(book), await readBookAt(file)]
    differences = compareWithForce(before, after)
  } catch (error) {
    if (json) {
      const faults = [describeError(error)]
      await writeLine(io.stdout, JSON.stringify({ file, valid: false, faults, differences: [] }))
    } else await writeLine(io.stderr, `${file}: ${describeError(error)}`)
    return 1
  }
  const faults = findSuspicions(differences, book ?? DEFAULT_LIMITS)
  const valid = faults.length === 0
  const isCheck = action === 'check'
  if (json) {
    await writeLine(io.stdout, JSON.stringify({ file, valid, faults, differences }))
  } else {
    const lines = isCheck ? faults : differences.flatMap(toLines)
    const sum = isCheck && valid ? 'valid' : `${lines.length} ${isCheck ? 'faults' : 'differences'}`
    const all = [...lines, `${file}: ${sum}`]
    await writeText(io.stdout, all.map((line) => `${line}\n`).join(''))
  }
  return (isCheck ? valid : differences.length === 0) ? 0 : 1
}

function toLines({ card, kind, units }: BookDifference): readonly string[] {
  if (kind !== 'changed') return [`${kind} ${card}`]
  return units.map(
    ({ unit, before = 'none', after = 'none' }) => `changed ${card}: ${unit} ${before} to ${after}`,
  )
}
