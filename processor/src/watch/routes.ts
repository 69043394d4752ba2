import { LEVELS, type Notice, type NoticeLevel } from './notice.ts'

/** Which notices go to a channel. */
export interface Route {
  readonly channel: string
  /** This one and those above; absent: all. */
  readonly from?: NoticeLevel
  /** Of these budgets; absent: all. */
  readonly budgets?: readonly string[]
  /** Of these owners; absent: all. */
  readonly owners?: readonly string[]
}

/** The channels that a notice goes to, each once. That something is over goes where it was told. */
export function chooseChannels(notice: Notice, routes: readonly Route[]): readonly string[] {
  const wanted = routes.filter((route) => fits(notice, route))
  return [...new Set(wanted.map(({ channel }) => channel))]
}

function fits({ level, status, budgetId, owner }: Notice, route: Route): boolean {
  const { from = 'info', budgets, owners } = route
  const isHigh = status === 'resolved' || LEVELS.indexOf(level) >= LEVELS.indexOf(from)
  return (
    isHigh &&
    (budgets === undefined || (budgetId !== undefined && budgets.includes(budgetId))) &&
    (owners === undefined || (owner !== undefined && owners.includes(owner)))
  )
}
