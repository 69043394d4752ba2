import { writeText, type Io } from './io.ts'

/** A line on the terminal that is written over. Where standard error is no terminal, nothing. */
export interface ProgressBar {
  /** `extra` stands behind the bar, such as a count. */
  show(doneBytes: number, totalBytes: number, extra: string): Promise<void>
  /** Takes the line away. */
  clear(): Promise<void>
}

const REDRAW_MS = 200
const BAR_WIDTH = 24

export function createProgressBar(title: string, { stderr }: Io): ProgressBar {
  if (stderr.isTTY !== true) return { show: async () => {}, clear: async () => {} }
  const startMs = performance.now()
  let drawnMs = Number.NEGATIVE_INFINITY
  return {
    async show(doneBytes, totalBytes, extra) {
      const nowMs = performance.now()
      if (nowMs - drawnMs < REDRAW_MS) return
      drawnMs = nowMs
      const share = totalBytes === 0 ? 1 : Math.min(1, doneBytes / totalBytes)
      const filled = Math.round(share * BAR_WIDTH)
      const bar = '#'.repeat(filled) + '.'.repeat(BAR_WIDTH - filled)
      const leftMs = share > 0 ? ((nowMs - startMs) / share) * (1 - share) : 0
      const left = `${Math.ceil(leftMs / 1000)} s left`
      const percent = `${String(Math.floor(share * 100)).padStart(3)} %`
      await writeText(stderr, `\r\u001b[K${title} [${bar}] ${percent}, ${extra}, ${left}`)
    },
    clear: () => writeText(stderr, '\r\u001b[K'),
  }
}
