/** Every guide has the same parts, and its configurations are ones that the programs accept. */
import { execFile } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { makeEnv, makeFolder, ROOT, stopAfterEach } from './children.ts'
import { findCollector, SIDECAR, validateConfig } from './collector.ts'
import { SPANCOST } from './processor.ts'

stopAfterEach()

const found = await findCollector()
const FOLDER = path.join(ROOT, 'docs', 'guides')
const guides = readdirSync(FOLDER).filter((file) => file !== 'README.md')

const PARTS = [
  'What you need',
  "The Collector's exporter",
  'Metrics and their temporality',
  'What to look at',
  'A query',
]

/** The YAML blocks of a guide that begin with this comment. */
function listBlocks(guide: string, comment: string): string[] {
  const text = readFileSync(path.join(FOLDER, guide), 'utf8')
  const blocks = [...text.matchAll(/```yaml\n([^`]*)```/g)].map(([, block]) => block!)
  return blocks.filter((block) => block.startsWith(`# ${comment}\n`))
}

describe.each(guides)('%s', (guide) => {
  test('has the parts of a guide, and says whether it was tried', () => {
    const text = readFileSync(path.join(FOLDER, guide), 'utf8')
    expect([...text.matchAll(/^## (.*)$/gm)].map(([, title]) => title)).toEqual(PARTS)
    expect(text).toMatch(/^\*\*.*(tried|From documentation).*\*\*$/m)
    expect(readFileSync(path.join(FOLDER, 'README.md'), 'utf8')).toContain(`](${guide})`)
  })

  test('has an exporter that a real Collector accepts', async (context) => {
    if ('missing' in found) context.skip(found.missing)
    const { binary } = found as { binary: string }
    const blocks = listBlocks(guide, 'over sidecar.yaml')
    expect(blocks).toHaveLength(1)
    const file = path.join(await makeFolder(), 'guide.yaml')
    await writeFile(file, blocks[0]!)
    expect(await validateConfig(binary, SIDECAR, file)).toBe('')
  })

  test('configures the processor as it can be', async () => {
    for (const block of listBlocks(guide, 'in spancost.yaml')) {
      const file = path.join(await makeFolder(), 'spancost.yaml')
      await writeFile(file, block)
      const args = [SPANCOST, 'check', '--config', file]
      const output = await new Promise((resolve) => {
        execFile(process.execPath, args, { env: makeEnv() }, (error, stdout, stderr) =>
          resolve(error === null ? '' : stdout + stderr),
        )
      })
      expect(output).toBe('')
    }
  })
})
