export { DASHBOARDS } from './dashboards/index.ts'
