export { findEntryFault } from './check-entry.ts'
export * from './entry.ts'
export * from './store.ts'
export { openSqliteStore, type SqliteOptions } from './stores/sqlite.ts'
