/**
 * Finds Prometheus and promtool for tests, or fetches them.
 *
 *   node scripts/prometheus.mjs      prints the folder that has both
 *
 * In this order: the folder that SPANCOST_PROMETHEUS names; one on PATH; Debian's package, as apt is
 * set up (19 MB, once). Exit code 0: standard output is the folder. 3: they cannot be had here, and
 * standard error says why; tests skip then, except where CI=true. 1: SPANCOST_PROMETHEUS lacks one.
 */
import { ensureFolder, printFound } from './programs.mjs'

await printFound(() =>
  ensureFolder({
    title: 'Prometheus',
    variable: 'SPANCOST_PROMETHEUS',
    programs: ['prometheus', 'promtool'],
    package: 'prometheus',
  }),
)
