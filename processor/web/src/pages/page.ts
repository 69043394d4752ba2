import type { ComponentChildren } from 'preact'

export interface Page {
  /** The first part of the path; `''` is where one begins. */
  readonly path: string
  readonly title: string
  /** Whether it is about a stretch of time, and so has a choice of ranges and filters. */
  readonly hasRange: boolean
  readonly isInMenu: boolean
  /** `rest`: what stands behind the first part of the path. */
  render(rest: string): ComponentChildren
}
