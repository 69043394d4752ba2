import { createHash } from 'node:crypto'
import { parse } from 'yaml'
import { describe, expect, test } from 'vitest'
import { readConfig } from '../config.ts'
import { runVerb } from '../testing/run-verb.ts'

describe('spancost token', () => {
  test('prints a token, and a config that lets it in', async () => {
    const argv = ['token', '--name', 'ci', '--roles', 'viewer,decider', '--label', 'tenant=acme']
    const { code, stdout } = await runVerb([...argv, '--expires', '2027-01-01'])
    expect(code).toBe(0)
    const [secret = '', , , , ...config] = stdout.split('\n')
    expect(secret).toMatch(/^spancost_[\w-]{43}$/)
    const digest = createHash('sha256').update(secret).digest('hex')
    const expected = {
      name: 'ci',
      sha256: digest,
      roles: ['viewer', 'decider'],
      labels: { tenant: 'acme' },
      expires: '2027-01-01',
    }
    expect(parse(config.join('\n'))).toEqual({ api: { tokens: [expected] } })
    expect(readConfig(config.join('\n'), {}).kind).toBe('config')
  })

  test('never prints the same twice', async () => {
    const [one, other] = [
      await runVerb(['token', '--name', 'a']),
      await runVerb(['token', '--name', 'a']),
    ]
    expect(one.stdout).not.toBe(other.stdout)
  })

  test.each([
    [['token'], '--name is missing'],
    [['token', '--name', 'a', '--label', 'x'], '--label: "x" is no NAME=VALUE such as tenant=acme'],
    [['token', '--name', 'a', '--expires', 'soon'], '--expires: "soon" is no instant'],
  ])('says what is wrong with %j', async (argv, message) => {
    const { code, stderr } = await runVerb(argv)
    expect(code).toBe(2)
    expect(stderr).toContain(message)
  })
})
