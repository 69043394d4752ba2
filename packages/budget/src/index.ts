export { createWindows, PERIODS, type Period, type Window, type WindowRule } from './window.ts'
