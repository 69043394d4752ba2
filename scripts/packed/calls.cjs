/** One call of each SDK, as applications make them; whoever loads the SDKs hands them over. */
exports.callAll = async function callAll({ OpenAI, Anthropic, GoogleGenAI }) {
  const url = process.env.PROVIDER_URL
  const messages = [{ role: 'user', content: 'Hello' }]

  const openai = new OpenAI({ apiKey: 'none', baseURL: `${url}/v1` })
  const chat = await openai.chat.completions.create({ model: 'gpt-4o', messages })

  const anthropic = new Anthropic({ apiKey: 'none', baseURL: url })
  const model = 'claude-sonnet-4-5'
  const message = await anthropic.messages.create({ model, max_tokens: 16, messages })

  const gemini = new GoogleGenAI({ apiKey: 'none', httpOptions: { baseUrl: url } })
  const content = await gemini.models.generateContent({
    model: 'gemini-2.5-pro',
    contents: 'Hello',
  })

  process.stdout.write(
    [chat.choices[0].message.content, message.content[0].text, content.text].join(),
  )
}
