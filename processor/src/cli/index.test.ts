import { describe, expect, test } from 'vitest'
import { runVerb } from '../testing/run-verb.ts'

describe('spancost', () => {
  test('--help lists the verbs', async () => {
    const { code, stdout } = await runVerb(['--help'])
    expect(code).toBe(0)
    for (const verb of ['serve', 'check', 'price', 'prices', 'explain']) {
      expect(stdout).toMatch(new RegExp(`^ {2}${verb} `, 'm'))
    }
  })

  test.each(['serve', 'check', 'price', 'prices', 'explain'])(
    '%s --help and --version',
    async (verb) => {
      const help = await runVerb([verb, '--help'])
      const version = await runVerb([verb, '--version'])
      expect(help.code).toBe(0)
      expect(help.stdout).toMatch(new RegExp(`^Usage: spancost ${verb} `))
      expect(version.stdout).toMatch(/^\d+\.\d+\.\d+\n$/)
    },
  )

  test('help fits a terminal', async () => {
    for (const argv of [
      ['--help'],
      ...['serve', 'check', 'price', 'prices', 'explain'].map((v) => [v, '-h']),
    ]) {
      const { stdout } = await runVerb(argv)
      expect(stdout.split('\n').filter((line) => line.length > 100)).toEqual([])
    }
  })

  test.each([
    [[], 'spancost: a verb is missing\nSee `spancost --help`.\n'],
    [['serv'], 'spancost: unknown verb serv; did you mean serve?\nSee `spancost --help`.\n'],
    [['dance'], 'spancost: unknown verb dance\nSee `spancost --help`.\n'],
    [
      ['check', '--confg', 'x'],
      'spancost: unknown flag --confg; did you mean --config?\nSee `spancost check --help`.\n',
    ],
  ])('%j is bad usage', async (argv, stderr) => {
    expect(await runVerb(argv)).toEqual({ code: 2, stdout: '', stderr })
  })
})
