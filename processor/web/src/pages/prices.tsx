import { go, linkHere, linkTo, rangeOf } from '../address.ts'
import type { PriceAnswer, Rate, UnpricedAnswer } from '../answers.ts'
import { writeCount, writeCounted } from '../counts.ts'
import { toPerMillion, writeAmount } from '../money.ts'
import { useAnswer, useScope } from '../scope.ts'
import { writeInstant } from '../times.ts'
import { Panel } from '../parts/panel.tsx'
import type { Page } from './page.ts'

/** What a model costs, and what has no price. */
export const pricesPage: Page = {
  path: 'prices',
  title: 'Prices',
  hasRange: true,
  isInMenu: true,
  render: () => (
    <div class="grid">
      <LookUp />
      <Unpriced />
    </div>
  ),
}

const FIELDS = [
  { name: 'provider', hint: 'openai', isRequired: false },
  { name: 'model', hint: 'gpt-4o-mini', isRequired: true },
  { name: 'tenant', hint: 'everybody', isRequired: false },
  { name: 'at', hint: 'now, or 2026-08-01', isRequired: false },
] as const

function LookUp() {
  const { address } = useScope()
  const { query } = address
  const submit = (event: Event): void => {
    event.preventDefault()
    const form = new FormData(event.currentTarget as HTMLFormElement)
    const given = FIELDS.map(({ name }) => [name, (form.get(name) as string).trim()] as const)
    const changes = given.map(([name, text]) => [name, text === '' ? undefined : text] as const)
    go(linkHere(address, Object.fromEntries(changes)))
  }
  const model = query.get('model')
  return (
    <section class="panel wide" aria-label="Look a price up">
      <header>
        <h2>Look a price up</h2>
      </header>
      <form class="fields" onSubmit={submit}>
        {FIELDS.map(({ name, hint, isRequired }) => (
          <label key={name}>
            {name}
            <input
              name={name}
              placeholder={hint}
              defaultValue={query.get(name) ?? ''}
              key={query.get(name) ?? ''}
              required={isRequired}
              maxLength={256}
              spellcheck={false}
            />
          </label>
        ))}
        <button type="submit">Look up</button>
      </form>
      {model !== null && <Price key={model} model={model} />}
    </section>
  )
}

function Price({ model }: { readonly model: string }) {
  const { query } = useScope().address
  const [provider, tenant, at] = ['provider', 'tenant', 'at'].map(
    (name) => query.get(name) ?? undefined,
  )
  const asked = useAnswer<PriceAnswer>('prices', { provider, model, tenant, at })
  return (
    <Panel title={`Price of ${model}`} asked={asked} class="inner">
      {(answer) => (answer.card === undefined ? <NoPrice {...answer} /> : <Card {...answer} />)}
    </Panel>
  )
}

function NoPrice({ reason, detail }: PriceAnswer) {
  return (
    <p>
      <span class="badge warn">{reason}</span> {detail}
    </p>
  )
}

function Card({ card, book, at }: PriceAnswer) {
  const { zone } = useScope()
  if (card === undefined) return null
  const { from, to, eachDay, minimums = {} } = card
  const facts = [
    ['card', card.id],
    ['book', book],
    ['looked up for', writeInstant(at, zone)],
    ['service tier', card.serviceTier],
    ['region', card.region],
    ['from', from && writeInstant(from, zone)],
    ['to', to && writeInstant(to, zone)],
    ['each day (UTC)', eachDay && `${eachDay.from} to ${eachDay.to}`],
    ...Object.entries(minimums).map(([unit, least]) => [`at least, ${unit}`, String(least)]),
    ['source', card.source],
  ]
  return (
    <div class="beside">
      <div>
        <Rates rates={card.rates} title="Rates" />
        {card.contextTiers?.map(({ aboveInputTokens, rates }) => (
          <Rates
            key={String(aboveInputTokens)}
            rates={rates}
            title={`Above ${writeCount(aboveInputTokens)} input tokens`}
          />
        ))}
      </div>
      <dl class="facts">
        {facts.map(([name, value]) =>
          value === undefined ? null : (
            <div key={name}>
              <dt>{name}</dt>
              <dd dir="auto">{value}</dd>
            </div>
          ),
        )}
      </dl>
    </div>
  )
}

function Rates({ rates, title }: { readonly rates: readonly Rate[]; readonly title: string }) {
  return (
    <table class="figures">
      <caption>{title}</caption>
      <thead>
        <tr>
          <th scope="col">unit</th>
          <th scope="col" class="number">
            USD for 1,000,000
          </th>
          <th scope="col" class="number">
            USD for one
          </th>
        </tr>
      </thead>
      <tbody>
        {rates.map(({ unit, rate }) => (
          <tr key={unit}>
            <th scope="row">{unit}</th>
            <td class="number">{writeAmount(toPerMillion(rate) ?? '–')}</td>
            <td class="number quiet">{rate}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

function Unpriced() {
  const { address } = useScope()
  const asked = useAnswer<UnpricedAnswer>('unpriced', {
    ...rangeOf(address),
    where: address.query.getAll('where'),
  })
  return (
    <Panel
      title="What has no price, and what to add"
      class="wide"
      asked={asked}
      empty={({ unpriced }) =>
        unpriced.length === 0 ? 'Everything in this range has a price.' : undefined
      }
    >
      {({ unpriced, truncated }) => (
        <>
          <ul class="groups">
            {unpriced.map((group, index) => (
              <Group key={`${group.provider} ${group.model} ${group.status} ${index}`} {...group} />
            ))}
          </ul>
          {truncated && <p class="quiet">There are more.</p>}
        </>
      )}
    </Panel>
  )
}

function Group(group: UnpricedAnswer['unpriced'][number]) {
  const { address } = useScope()
  const { provider, model, status, operations, firstHour, lastHour, traceId, advice } = group
  return (
    <li>
      <h3 dir="auto">
        {provider !== undefined && <span class="quiet">{provider} / </span>}
        {model ?? <i>no model</i>}
      </h3>
      <p>
        <span class={`badge ${status === 'unpriced' ? 'warn' : ''}`}>{group.reason ?? status}</span>{' '}
        {writeCounted(operations, 'operation')}, {hourOf(firstHour)} to {hourOf(lastHour)}
        {traceId !== undefined && (
          <>
            {', '}
            <a href={linkTo(address, `trace/${traceId}`)}>newest trace</a>
          </>
        )}
      </p>
      {group.detail !== undefined && (
        <p class="quiet" dir="auto">
          {group.detail}
        </p>
      )}
      <p>{advice.text}</p>
      {advice.config !== undefined && <Lines title="In spancost.yaml" text={advice.config} />}
      {advice.card !== undefined && <Lines title="In a file of prices.cards" text={advice.card} />}
    </li>
  )
}

/** The API writes it in the zone that was asked for. */
function hourOf(instant: string): string {
  return instant.slice(0, 16).replace('T', ' ')
}

function Lines({ title, text }: { readonly title: string; readonly text: string }) {
  return (
    <details>
      <summary>{title}</summary>
      <pre tabIndex={0}>{text}</pre>
    </details>
  )
}
