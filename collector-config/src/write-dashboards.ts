import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { DASHBOARDS } from './dashboards/index.ts'

// Writes the dashboards to `grafana/`, from where they are imported into Grafana.
for (const [name, dashboard] of Object.entries(DASHBOARDS)) {
  const file = path.join(import.meta.dirname, '../grafana', `${name}.json`)
  writeFileSync(file, `${JSON.stringify(dashboard, undefined, 2)}\n`)
}
