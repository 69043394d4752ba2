import { describe, expect, test } from 'vitest'
import { reachesListener, splitEndpoint } from './endpoint.ts'

describe('splitEndpoint', () => {
  test.each([
    ['127.0.0.1:4317', { host: '127.0.0.1', port: 4317 }],
    ['localhost:0', { host: 'localhost', port: 0 }],
    ['my-host_1.example.com:65535', { host: 'my-host_1.example.com', port: 65_535 }],
    ['[::1]:4317', { host: '::1', port: 4317 }],
  ])('%s', (endpoint, expected) => {
    expect(splitEndpoint(endpoint)).toEqual(expected)
  })

  test.each([
    '',
    ':4317',
    '4317',
    'host',
    'host:',
    'host:65536',
    '::1:4317',
    'http://host:1',
    'a b:1',
  ])('%s is refused', (endpoint) => {
    expect(splitEndpoint(endpoint)).toBeUndefined()
  })
})

describe('reachesListener', () => {
  test.each([
    ['127.0.0.1:4317', '127.0.0.1:4317'],
    ['localhost:4317', '0.0.0.0:4317'],
    ['http://localhost:4318/otlp', '127.0.0.1:4318'],
    ['http://[::1]:4318', '[::]:4318'],
    ['http://collector', 'collector:80'],
    ['https://collector', 'collector:443'],
  ])('%s ends at %s', (destination, listener) => {
    expect(reachesListener(destination, listener)).toBe(true)
  })

  test.each([
    ['127.0.0.1:4317', '127.0.0.1:14317'],
    ['collector:4317', '127.0.0.1:4317'],
    ['http://10.0.0.2:4318', '10.0.0.1:4318'],
  ])('%s does not end at %s', (destination, listener) => {
    expect(reachesListener(destination, listener)).toBe(false)
  })
})
