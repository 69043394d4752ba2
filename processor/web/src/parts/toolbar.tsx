import { filtersOf, go, linkHere, zoneOf } from '../address.ts'
import { useScope } from '../scope.ts'
import { isZone } from '../times.ts'

const RANGES = [
  { word: 'today', text: 'Today' },
  { word: 'yesterday', text: 'Yesterday' },
  { word: '24h', text: '24 h' },
  { word: '7d', text: '7 days' },
  { word: 'this-month', text: 'This month' },
  { word: 'last-month', text: 'Last month' },
]

/** Range, zone, how figures are written, and the filters: all of it lives in the URL. */
export function Toolbar({ hasRange }: { readonly hasRange: boolean }) {
  return (
    <div class="toolbar">
      {hasRange && <Ranges />}
      {hasRange && <Between />}
      <Zones />
      <Switch name="exact" text="All digits" />
      <Switch name="live" text="Live" />
      {hasRange && <Filters />}
    </div>
  )
}

function Ranges() {
  const { address } = useScope()
  const { query } = address
  const isBetween = query.has('from') || query.has('to')
  const current = isBetween ? undefined : (query.get('range') ?? '7d')
  return (
    <nav class="choices" aria-label="Range">
      {RANGES.map(({ word, text }) => (
        <a
          key={word}
          href={linkHere(address, { range: word, from: undefined, to: undefined })}
          aria-current={word === current ? 'true' : undefined}
        >
          {text}
        </a>
      ))}
    </nav>
  )
}

/** Two days or instants of one's own; the API reads them in the zone. */
function Between() {
  const { address } = useScope()
  const { query } = address
  const change = (name: 'from' | 'to') => (event: Event) => {
    const { value } = event.currentTarget as HTMLInputElement
    go(linkHere(address, { range: undefined, [name]: value === '' ? undefined : value }))
  }
  return (
    <span class="between">
      <label>
        From{' '}
        <input type="datetime-local" value={wall(query.get('from'))} onChange={change('from')} />
      </label>
      <label>
        to <input type="datetime-local" value={wall(query.get('to'))} onChange={change('to')} />
      </label>
    </span>
  )
}

/** What such a field takes: instants of links from the chart carry an offset beside it. */
function wall(instant: string | null): string {
  const [text = ''] = /^\d{4}-\d\d-\d\dT\d\d:\d\d/.exec(instant ?? '') ?? []
  return text
}

function Zones() {
  const { address } = useScope()
  const zone = zoneOf(address.query)
  const own = Intl.DateTimeFormat().resolvedOptions().timeZone
  const zones = [...new Set(['UTC', own, zone])]
  const choose = (event: Event): void => {
    const { value } = event.currentTarget as HTMLInputElement
    if (isZone(value)) go(linkHere(address, { zone: value }))
  }
  return (
    <label>
      Zone <input class="zone" list="zones" value={zone} onChange={choose} spellcheck={false} />
      <datalist id="zones">
        {[...zones, ...Intl.supportedValuesOf('timeZone')].map((each) => (
          <option key={each} value={each} />
        ))}
      </datalist>
    </label>
  )
}

function Switch({ name, text }: { readonly name: 'exact' | 'live'; readonly text: string }) {
  const { address } = useScope()
  const isOn = address.query.has(name)
  return (
    <label class="switch">
      <input
        type="checkbox"
        checked={isOn}
        onChange={() => go(linkHere(address, { [name]: isOn ? undefined : '1' }), 'replace')}
      />
      {text}
    </label>
  )
}

function Filters() {
  const { address } = useScope()
  const filters = filtersOf(address.query)
  if (filters.length === 0) return null
  const texts = address.query.getAll('where')
  return (
    <ul class="filters" aria-label="Filters">
      {filters.map(({ label, value }, index) => (
        <li key={texts[index]}>
          <span class="label">{label}</span> <bdi>{value === '' ? <i>none</i> : value}</bdi>{' '}
          <a
            href={linkHere(address, { where: texts.filter((_, other) => other !== index) })}
            aria-label={`Take away the filter on ${label}`}
          >
            ×
          </a>
        </li>
      ))}
    </ul>
  )
}
