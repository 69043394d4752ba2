import { findTreeFaults, type Budget } from '@spancost/budget'
import { findChannelFault } from '../watch/channels/index.ts'
import type { Alerts } from './alerts.ts'
import { describeStray, findLabelFault, listLabels } from './budgets.ts'
import { formatPath, type ConfigFault, type ConfigFile } from './file.ts'

interface Parts {
  readonly budgets: readonly Budget[]
  readonly dimensions: readonly { readonly name: string }[]
  readonly alerts: Alerts
}

/** What is wrong with budgets and alerts only with several parts taken together. */
export function findBudgetFaults(
  { budgets, dimensions, alerts }: Parts,
  file: ConfigFile,
): ConfigFault[] {
  const fault = (path: (string | number)[], message: string): ConfigFault => ({
    line: file.lineOf(path),
    path: formatPath(path),
    message,
  })
  const known = listLabels(dimensions)
  const inTree = findTreeFaults(budgets).map(({ id, message }) =>
    fault(['budgets', budgets.findIndex((each) => each.id === id)], message),
  )
  const inScopes = budgets.flatMap((budget, index) => {
    const message = findLabelFault(budget, known)
    return message === undefined ? [] : [fault(['budgets', index], message)]
  })
  const stray = alerts.anomalies?.by.find((name) => !known.includes(name))
  const inAlerts =
    stray === undefined ? [] : [fault(['alerts', 'anomalies', 'by'], describeStray(stray, known))]
  const inChannels = Object.entries(alerts.channels).flatMap(([name, options]) => {
    const message = findChannelFault(options)
    return message === undefined ? [] : [fault(['alerts', 'channels', name], message)]
  })
  return [...inTree, ...inScopes, ...inAlerts, ...inChannels]
}
