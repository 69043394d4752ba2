import { describe, expect, it } from 'vitest'
import { compileMatch } from './match-rule.ts'

describe('a rule on the start of an id', () => {
  const match = compileMatch({ starts_with: 'claude-sonnet-5' })

  it.each([
    'claude-sonnet-5',
    'claude-sonnet-5-20260701',
    'claude-sonnet-5@20260701',
    'claude-sonnet-5@default',
    'claude-sonnet-5-latest',
    'claude-sonnet-5-2026-07-01',
    'claude-sonnet-5-v1:0',
    'claude-sonnet-5-001',
    'claude-sonnet-5-preview-05-20',
    'claude-sonnet-5-preview-09-2025',
    'claude-sonnet-5:beta',
  ])('takes %s', (id) => {
    expect(match(id)).toBe(true)
  })

  it.each([
    'claude-sonnet-5-turbo-2030',
    'claude-sonnet-5-5',
    'claude-sonnet-5.5',
    'claude-sonnet-55',
    'claude-sonnet-5-mini',
    'claude-sonnet-5-8b',
    'claude-sonnet-5-20260701-fast',
    'my-claude-sonnet-5',
  ])('refuses %s', (id) => {
    expect(match(id)).toBe(false)
  })

  it('may end amid a date or a release', () => {
    expect(compileMatch({ starts_with: 'claude-sonnet-4-2025' })('claude-sonnet-4-20250514')).toBe(
      true,
    )
    expect(compileMatch({ contains: 'gemini-2.0-flash-0' })('gemini-2.0-flash-001')).toBe(true)
    expect(compileMatch({ starts_with: 'gpt-5-nano-' })('gpt-5-nano-2025-08-07')).toBe(true)
  })

  it('answers at once to an id made of dates', () => {
    expect(match(`claude-sonnet-5${'-2026-07-01'.repeat(40)}x`)).toBe(false)
  })
})

describe('a rule on a part of an id', () => {
  const match = compileMatch({ contains: 'us.anthropic.claude-haiku-4-5' })

  it.each(['us.anthropic.claude-haiku-4-5-v1:0:200k', 'bedrock/us.anthropic.claude-haiku-4-5'])(
    'takes %s',
    (id) => {
      expect(match(id)).toBe(true)
    },
  )

  it.each(['bus.anthropic.claude-haiku-4-5', 'us.anthropic.claude-haiku-4-5-turbo'])(
    'refuses %s',
    (id) => {
      expect(match(id)).toBe(false)
    },
  )
})

describe('other rules', () => {
  it('compares in lower case', () => {
    expect(compileMatch({ equals: 'GLM-5.3' })('glm-5.3')).toBe(true)
  })

  it('wants a path before an end', () => {
    const match = compileMatch({ ends_with: 'claude-opus-5' })
    expect(match('anthropic/claude-opus-5')).toBe(true)
    expect(match('not-claude-opus-5')).toBe(false)
  })

  it('wants a version behind a pattern that is open at its end', () => {
    const match = compileMatch({ regex: String.raw`^gemini-3\.5-flash-\d` })
    expect(match('gemini-3.5-flash-001')).toBe(true)
    expect(match('gemini-3.5-flash-8b')).toBe(false)
  })

  it('joins rules, with a lookahead that claims no text', () => {
    const match = compileMatch({
      and: [
        { or: [{ starts_with: 'gemini-2.5-pro' }, { starts_with: 'gemini-3-pro' }] },
        { regex: '^(?!.*-tts(?:$|-))' },
      ],
    })
    expect(match('gemini-2.5-pro')).toBe(true)
    expect(match('gemini-3-pro-preview')).toBe(true)
    expect(match('gemini-2.5-pro-tts')).toBe(false)
  })

  it.each([
    [{ starts_with: 'claude-2' }, 'claude-2.1'],
    [{ starts_with: 'ft:gpt-4o-2024-' }, 'ft:gpt-4o-2024-08-06:acme::abc123'],
    [{ starts_with: 'gemma-3-' }, 'gemma-3-27b-it'],
    [{ contains: 'moderation' }, 'omni-moderation-latest'],
  ])('knows what else may stand around %j: %s', (rule, id) => {
    expect(compileMatch(rule)(id)).toBe(true)
  })
})
