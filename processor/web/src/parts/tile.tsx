import type { ComponentChildren } from 'preact'
import type { Asked } from '../scope.ts'

interface TileProps<Answer> {
  readonly title: string
  readonly asked: Asked<Answer>
  /** Where the figure is taken apart. */
  readonly link?: string
  readonly children: (answer: Answer) => {
    readonly figure: ComponentChildren
    readonly note: string
  }
}

/** One large figure and a line below it. */
export function Tile<Answer>({ title, asked, link, children }: TileProps<Answer>) {
  const { answer, problem, isLoading } = asked
  const shown = answer === undefined ? undefined : children(answer)
  const figure = shown?.figure ?? '–'
  return (
    <section class="tile" aria-label={title} aria-busy={isLoading}>
      <h2>{title}</h2>
      <p class="figure">{link === undefined ? figure : <a href={link}>{figure}</a>}</p>
      <p class="quiet">{problem ?? shown?.note ?? 'Loading…'}</p>
    </section>
  )
}
