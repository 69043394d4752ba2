import type { ExpectedSpan } from './sdk.ts'

/** A scenario that ran, passed, and made these spans. */
export interface SeenCall {
  readonly sdk: string
  readonly version: string
  readonly loader: string
  readonly nodeVersion: string
  readonly scenario: string
  readonly spans: readonly ExpectedSpan[]
}

const PREFIX = 'gen_ai.usage.'

/** The page of the docs that the scenario matrix writes. */
export function createMatrixPage(calls: readonly SeenCall[]): string {
  const sdks = [...new Set(calls.map(({ sdk }) => sdk))]
  return `${[
    '# Scenario matrix',
    'Made by `test/src/instrumentation/matrix.test.ts` from what its last run saw. Each row is one ' +
      'way of calling an SDK, made by a process of its own, once without and once with ' +
      '`--import @spancost/node/register`. ✓ says that the application saw the same (values, ' +
      'classes, errors, headers, output, exit code), and that the spans below were made, ended, ' +
      'and had exactly the attributes that were written out for them.',
    ...sdks.map((sdk) => describeSdk(calls.filter((call) => call.sdk === sdk))),
  ].join('\n\n')}\n`
}

/** How many runs of scenarios an SDK's version was to have on a Node. */
export interface PlannedRuns {
  readonly sdk: string
  readonly version: string
  readonly nodeVersion: string
  readonly runs: number
}

/** The page that a run on several Nodes writes. */
export function createNodesPage(
  planned: readonly PlannedRuns[],
  calls: readonly SeenCall[],
  day: string,
): string {
  const nodes = [...new Set(planned.map(({ nodeVersion }) => nodeVersion))]
  const names = [...new Set(planned.map(({ sdk, version }) => `\`${sdk}\` ${version}`))]
  const rows = names.map((name) => {
    const isOf = (each: { sdk: string; version: string }) =>
      `\`${each.sdk}\` ${each.version}` === name
    const cells = nodes.map((node) => {
      const here = planned.filter((each) => isOf(each) && each.nodeVersion === node)
      const seen = calls.filter((each) => isOf(each) && each.nodeVersion === node)
      return `${seen.length} of ${here.reduce((sum, { runs }) => sum + runs, 0)}`
    })
    return [name, ...cells]
  })
  const header = ['SDK', ...nodes.map((node) => `Node ${node}`)]
  return `${[
    '# Scenario matrix on all Nodes',
    `Made by \`npm run matrix -- --all-nodes\` on ${day}. Of the runs of scenarios, as ES modules ` +
      'and as CommonJS, those in which the application saw the same with and without ' +
      'instrumentation, and each call had its span with all attributes. The scenarios are those ' +
      'of the [matrix](instrumentation-matrix.md).',
    [header, header.map(() => '---'), ...rows]
      .map((cells) => `| ${cells.join(' | ')} |`)
      .join('\n'),
  ].join('\n\n')}\n`
}

function describeSdk(calls: readonly SeenCall[]): string {
  const columns = [...new Set(calls.map(describeColumn))]
  const rows = [...new Set(calls.map(({ scenario }) => scenario))].map((scenario) => {
    const seen = calls.filter((call) => call.scenario === scenario)
    const marks = columns.map((column) =>
      seen.some((call) => describeColumn(call) === column) ? '✓' : '',
    )
    const [{ spans } = { spans: [] }] = seen
    return [`\`${scenario}\``, ...marks, describeSpans(spans), describeUsage(spans)]
  })
  const header = ['scenario', ...columns, 'spans', 'usage on them']
  const lines = [header, header.map(() => '---'), ...rows]
  return [
    `## \`${calls[0]?.sdk}\``,
    lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n'),
  ].join('\n\n')
}

function describeColumn({ version, loader }: SeenCall): string {
  return `${version} ${loader}`
}

function describeSpans(spans: readonly ExpectedSpan[]): string {
  const names = spans.map(({ name, error }) => `\`${name}\`${error === undefined ? '' : ' ✗'}`)
  return names.length > 2 ? `${names[0]} × ${names.length}` : names.join(', ') || 'none'
}

function describeUsage(spans: readonly ExpectedSpan[]): string {
  const attributes = Object.entries(spans[0]?.attributes ?? {})
  return attributes
    .filter(([key]) => key.startsWith(PREFIX))
    .map(([key, count]) => `${key.slice(PREFIX.length).replace(/_?tokens$/, '')} ${String(count)}`)
    .join(', ')
}
