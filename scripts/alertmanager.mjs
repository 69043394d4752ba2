/**
 * Finds Alertmanager for tests, or fetches it.
 *
 *   node scripts/alertmanager.mjs      prints the folder that has it
 *
 * In this order: the folder that SPANCOST_ALERTMANAGER names; one on PATH; Debian's package, as apt is
 * set up (once). Exit codes are those of scripts/prometheus.mjs.
 */
import { chmodSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { ensureFolder, printFound } from './programs.mjs'

/** Debian's program opens its own templates in here, whatever the configuration says. */
const SHARED = '/usr/share/prometheus/alertmanager'
/** The same, from the folder `usr` of what was unpacked, and as long: nothing is installed. */
const SHARED_BESIDE = SHARED.replace('/usr/', '././/')

/** @returns {string | undefined} why it failed. */
function prepare(unpacked) {
  const program = path.join(unpacked, 'usr', 'bin', 'prometheus-alertmanager')
  const bytes = readFileSync(program)
  let at = bytes.indexOf(SHARED)
  if (at < 0) return `${program} does not look into ${SHARED}`
  for (; at >= 0; at = bytes.indexOf(SHARED)) bytes.write(SHARED_BESIDE, at, 'latin1')
  writeFileSync(program, bytes)
  const wrapper = path.join(unpacked, 'usr', 'bin', 'alertmanager')
  writeFileSync(
    wrapper,
    '#!/bin/sh\ncd "$(dirname "$0")/.." && exec bin/prometheus-alertmanager "$@"\n',
  )
  chmodSync(wrapper, 0o755)
  return undefined
}

await printFound(() =>
  ensureFolder({
    title: 'Alertmanager',
    variable: 'SPANCOST_ALERTMANAGER',
    programs: ['alertmanager'],
    package: 'prometheus-alertmanager',
    prepare,
  }),
)
