/**
 * One setup at a time per checkout, so that two first runs do not install and build into each other.
 * The lock is a file with the process id of its holder. A holder that died without taking it away
 * does not block the next run.
 */
import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

const POLL_MS = 100
const QUIET_MS = 1_000
const PATIENCE_MS = 15 * 60_000

/** Runs `work` while no other process holds `file`; throws when it stays taken for 15 minutes. */
export async function withLock(file, work) {
  mkdirSync(path.dirname(file), { recursive: true })
  const release = await takeLock(file)
  process.once('exit', release)
  try {
    return await work()
  } finally {
    process.off('exit', release)
    release()
  }
}

async function takeLock(file) {
  const ours = `${file}.${process.pid}`
  const startMs = Date.now()
  let announced = false
  writeFileSync(ours, String(process.pid))
  try {
    while (!tryLink(ours, file)) {
      const holder = readHolder(file)
      if (holder !== undefined && !isAlive(holder)) removeStale(file, holder)
      const waitedMs = Date.now() - startMs
      if (waitedMs > PATIENCE_MS) throw new Error(`process ${holder} still holds ${file}`)
      if (waitedMs > QUIET_MS && !announced) {
        console.error(`[setup] waiting for the setup that process ${holder} does`)
        announced = true
      }
      await sleep(POLL_MS)
    }
  } finally {
    rmSync(ours, { force: true })
  }
  return () => rmSync(file, { force: true })
}

/** A hard link appears with its content or not at all, unlike a file that is created and filled. */
function tryLink(from, to) {
  try {
    linkSync(from, to)
    return true
  } catch (error) {
    if (error.code === 'EEXIST') return false
    throw error
  }
}

function readHolder(file) {
  try {
    return Number(readFileSync(file, 'utf8'))
  } catch (error) {
    if (error.code === 'ENOENT') return undefined
    throw error
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error.code === 'EPERM'
  }
}

/** Renamed first: of two runs that find the same stale lock, one gets it and the other looks again. */
function removeStale(file, holder) {
  const aside = `${file}.stale.${process.pid}`
  try {
    renameSync(file, aside)
  } catch (error) {
    if (error.code === 'ENOENT') return
    throw error
  }
  // Meanwhile a third run may have taken the lock; then it was not stale, and is put back.
  if (readHolder(aside) !== holder) tryLink(aside, file)
  rmSync(aside, { force: true })
}
