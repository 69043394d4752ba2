/** What instrumentations need: to read replies and to name attributes; without the dialects. */
export * from './attributes.ts'
export * from './own-attributes.ts'
export { resolveProvider } from './provider-labels.ts'
export * from './providers/index.ts'
export type { Usage } from './usage.ts'
