import type { Case, Target } from './case.ts'
import { CONNECTION_CASES } from './connection-cases.ts'
import { ENCODING_CASES } from './encoding-cases.ts'
import { GRPC_CASES } from './grpc-cases.ts'
import { HOP_CASES } from './hop-cases.ts'
import { HTTP_CASES } from './http-cases.ts'
import { PROFILE_CASES } from './profile-cases.ts'

export const CASES: readonly Case[] = [
  ...HTTP_CASES,
  ...ENCODING_CASES,
  ...CONNECTION_CASES,
  ...GRPC_CASES,
  ...PROFILE_CASES,
  ...HOP_CASES,
]

export interface Outcome {
  readonly id: string
  readonly result: 'passed' | 'failed' | 'skipped'
  /** What the target did instead, or why the case was skipped; empty where it passed. */
  readonly detail: string
}

/** Runs the cases one after the other; `report` hears each outcome as it comes. */
export async function runSuite(
  target: Target,
  report: (outcome: Outcome) => void = () => {},
): Promise<readonly Outcome[]> {
  const outcomes: Outcome[] = []
  for (const one of CASES) {
    const outcome = await runCase(one, target)
    outcomes.push(outcome)
    report(outcome)
  }
  return outcomes
}

async function runCase({ id, needs, run }: Case, target: Target): Promise<Outcome> {
  if (needs === 'sink' && target.sink === undefined) {
    return { id, result: 'skipped', detail: 'needs --sink' }
  }
  try {
    await run(target)
    return { id, result: 'passed', detail: '' }
  } catch (error) {
    const [detail = ''] = (error as Error).message.split('\n')
    return { id, result: 'failed', detail }
  }
}
