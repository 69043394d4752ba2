export * from './response.ts'
export * from './scan.ts'
export { scanTraces } from './scan-traces.ts'
export * from './transcode.ts'
