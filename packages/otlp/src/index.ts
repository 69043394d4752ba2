export * from './response.ts'
export * from './scan.ts'
export * from './transcode.ts'
