import { alertsPage } from './alerts.tsx'
import { budgetsPage } from './budgets.tsx'
import { heldPage } from './held.tsx'
import { overviewPage } from './overview.tsx'
import type { Page } from './page.ts'
import { pricesPage } from './prices.tsx'
import { tracePage } from './trace.tsx'

/** Every page there is; one more is one file and one line. */
export const PAGES: readonly Page[] = [
  overviewPage,
  tracePage,
  budgetsPage,
  alertsPage,
  pricesPage,
  heldPage,
]

/** The page of a path and what stands behind its name; what is no page is the overview. */
export function findPage(path: string): { readonly page: Page; readonly rest: string } {
  const [name = '', ...rest] = path.split('/')
  const page = PAGES.find((one) => one.path === name)
  return { page: page ?? overviewPage, rest: rest.join('/') }
}
