import { writeSubject } from '../notice.ts'
import { post, type Channel } from '../send.ts'

/** Two messages' worth; more would be paid for and not read. */
const MAX_LENGTH = 300

/** Text messages by Twilio's API. */
export function createSms(options: {
  readonly accountSid: string
  readonly authToken: string
  readonly from: string
  readonly to: readonly string[]
  readonly url: string
}): Channel {
  const { accountSid, authToken, from, to, url } = options
  const credentials = Buffer.from(`${accountSid}:${authToken}`).toString('base64')
  const headers = {
    authorization: `Basic ${credentials}`,
    'content-type': 'application/x-www-form-urlencoded',
  }
  const messages = `${url}/2010-04-01/Accounts/${encodeURIComponent(accountSid)}/Messages.json`
  return async (notice, signal) => {
    const text = `${writeSubject(notice)}. ${notice.text}`.slice(0, MAX_LENGTH).toWellFormed()
    const sent = to.map((number) => {
      const body = new URLSearchParams({ From: from, To: number, Body: text }).toString()
      return post({ url: messages, headers, body, signal })
    })
    await Promise.all(sent)
  }
}
