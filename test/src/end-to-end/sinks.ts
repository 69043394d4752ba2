/** Where notices arrive: a mail server and a webhook that keep what they get. */
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { SMTPServer } from 'smtp-server'
import { onStop } from './children.ts'

export interface Mail {
  readonly to: readonly string[]
  readonly subject: string
  /** Everything, as it came. */
  readonly source: string
}

export interface MailSink {
  /** `smtp://host:port` */
  readonly url: string
  readonly mails: readonly Mail[]
}

export async function startMailSink(): Promise<MailSink> {
  const mails: Mail[] = []
  const keep = async (stream: NodeJS.ReadableStream, to: readonly string[]): Promise<void> => {
    const source = await text(stream)
    const [, subject = ''] = /^Subject: (.*)\r$/m.exec(source) ?? []
    mails.push({ to, subject, source })
  }
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onData: (stream, { envelope }, done) => {
      const to = envelope.rcptTo.map(({ address }) => address)
      stream.on('end', () => done())
      void keep(stream, to)
    },
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onStop(() => new Promise((resolve) => server.close(() => resolve(undefined))))
  return { url: `smtp://127.0.0.1:${(server.server.address() as AddressInfo).port}`, mails }
}

export interface Hook {
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

export interface HookSink {
  readonly url: string
  readonly hooks: readonly Hook[]
}

export async function startHookSink(): Promise<HookSink> {
  const hooks: Hook[] = []
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      hooks.push({ headers: request.headers, body })
      return response.end()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onStop(() => {
    server.closeAllConnections()
    return new Promise((resolve) => server.close(resolve))
  })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, hooks }
}
