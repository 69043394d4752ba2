import { exchangeBudget, findTreeFaults, foreignOf, type Budget } from '@spancost/budget'
import { loadExchange } from '@spancost/pricing'
import { describeError } from '../describe-error.ts'
import { findChannelFault } from '../watch/channels/index.ts'
import type { Alerts } from './alerts.ts'
import { describeStray, findLabelFault, listLabels } from './budgets.ts'
import { formatPath, type ConfigFault, type ConfigFile } from './file.ts'
import type { WrittenPrices } from './prices.ts'

interface Parts {
  readonly budgets: readonly Budget[]
  readonly dimensions: readonly { readonly name: string }[]
  readonly alerts: Alerts
  readonly prices: Pick<WrittenPrices, 'exchange'>
}

/** What is wrong with budgets and alerts only with several parts taken together. */
export function findBudgetFaults(
  { budgets: written, dimensions, alerts, prices }: Parts,
  file: ConfigFile,
): ConfigFault[] {
  const fault = (path: (string | number)[], message: string): ConfigFault => ({
    line: file.lineOf(path),
    path: formatPath(path),
    message,
  })
  const known = listLabels(dimensions)
  const { budgets, faults: inRates } = exchangeAll(written, prices, fault)
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
  return [...inRates, ...inTree, ...inScopes, ...inAlerts, ...inChannels]
}

/** The budgets whose limits are known in USD: the others are at fault, and in no tree. */
function exchangeAll(
  written: readonly Budget[],
  prices: Parts['prices'],
  fault: (path: (string | number)[], message: string) => ConfigFault,
): { readonly budgets: readonly Budget[]; readonly faults: readonly ConfigFault[] } {
  if (!written.some(({ limit }) => foreignOf(limit) !== undefined)) {
    return { budgets: written, faults: [] }
  }
  try {
    const exchange = loadExchange(prices.exchange)
    const nowMs = Date.now()
    const faults: ConfigFault[] = []
    const budgets = written.map((budget, index) => {
      const exchanged = exchangeBudget(budget, exchange, nowMs)
      if (exchanged.kind === 'budget') return exchanged.budget
      faults.push(fault(['budgets', index, 'limit'], exchanged.reason))
      return budget
    })
    return faults.length === 0 ? { budgets, faults } : { budgets: [], faults }
  } catch (error) {
    return { budgets: [], faults: [fault(['prices', 'exchange'], describeError(error))] }
  }
}
