import { describe, expect, test } from 'vitest'
import { readConfig } from '../config.ts'

function readReceivers(text: string): unknown {
  const read = readConfig(`receivers: {otlp: ${text}}`, { TOKEN: 'from-outside' })
  return read.kind === 'config'
    ? read.config.receivers.otlp
    : read.faults.map(({ path, message }) => `${path}: ${message}`)
}

describe('TLS of receivers', () => {
  test('with and without client certificates', () => {
    const text = `{
      grpc: {tls: {cert: c.pem, key: k.pem, clientCa: ca.pem}},
      http: {tls: {cert: c.pem, key: k.pem}}
    }`
    expect(readReceivers(text)).toMatchObject({
      grpc: { tls: { certPath: 'c.pem', keyPath: 'k.pem', clientCaPath: 'ca.pem' } },
      http: { endpoint: '127.0.0.1:14318', tls: { certPath: 'c.pem', keyPath: 'k.pem' } },
    })
  })

  test('a certificate without its key', () => {
    const faults = ['receivers.otlp.http.tls.key: missing']
    expect(readReceivers('{http: {tls: {cert: c.pem}}}')).toEqual(faults)
  })
})

test('bearer tokens come from the environment', () => {
  const text = '{auth: {bearerTokens: ["${env:TOKEN}", two]}}'
  expect(readReceivers(text)).toMatchObject({ bearerTokens: ['from-outside', 'two'] })
})

test.each(['', 'two words', 'ümlaut'])('%j is no bearer token', (token) => {
  const faults = ['receivers.otlp.auth.bearerTokens[0]: expected printable ASCII without spaces']
  expect(readReceivers(`{auth: {bearerTokens: ["${token}"]}}`)).toEqual(faults)
})
