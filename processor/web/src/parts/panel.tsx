import type { ComponentChildren } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import { useScope, type Asked } from '../scope.ts'

interface PanelProps<Answer> {
  readonly title: string
  /** What a link calls it (`show=` in the URL) that leads to it. */
  readonly name?: string
  /** What stands beside the title. */
  readonly aside?: ComponentChildren
  readonly asked: Asked<Answer>
  readonly class?: string
  /** Words for an answer in which there is nothing. */
  readonly empty?: (answer: Answer) => string | undefined
  readonly children: (answer: Answer) => ComponentChildren
}

/** A titled part of a page with an answer in it, or why there is none. */
export function Panel<Answer>(props: PanelProps<Answer>) {
  const { title, aside, asked, children, empty } = props
  const { answer, problem, isLoading } = asked
  const section = useRef<HTMLElement>(null)
  const { query } = useScope().address
  const isWanted = props.name !== undefined && query.get('show') === props.name
  useEffect(() => {
    if (isWanted && answer !== undefined) section.current?.scrollIntoView({ block: 'center' })
  }, [isWanted, answer === undefined])
  const emptiness = answer === undefined ? undefined : empty?.(answer)
  return (
    <section
      ref={section}
      class={`panel ${isWanted ? 'wanted' : ''} ${props.class ?? ''}`}
      aria-label={title}
      aria-busy={isLoading}
    >
      <header>
        <h2>{title}</h2>
        {aside !== undefined && <span class="aside">{aside}</span>}
      </header>
      {problem !== undefined && (
        <p class="problem" role="alert">
          {problem}
        </p>
      )}
      {answer === undefined && isLoading && <p class="quiet waiting">Loading…</p>}
      {emptiness !== undefined && <p class="quiet">{emptiness}</p>}
      {answer !== undefined && emptiness === undefined && children(answer)}
    </section>
  )
}
