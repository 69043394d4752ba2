/**
 * Where one is: everything that is shown follows from the URL's fragment, such as
 * `#/trace/0af7…?span=b7ad…&zone=Europe%2FBerlin`, so that a link shows the same to everybody. A
 * fragment, because it needs nothing of servers and proxies.
 */
export interface Address {
  /** Such as `trace/0af7…`; `''` is the overview. */
  readonly path: string
  readonly query: URLSearchParams
}

/** What stays when one goes from page to page. */
const KEPT = ['range', 'from', 'to', 'zone', 'where', 'exact', 'live'] as const

export type Changes = Readonly<Record<string, string | readonly string[] | undefined>>

export function readAddress(hash: string): Address {
  const text = hash.replace(/^#?\/?/, '')
  const end = text.includes('?') ? text.indexOf('?') : text.length
  return { path: text.slice(0, end), query: new URLSearchParams(text.slice(end + 1)) }
}

/** A link to the same page, with parameters changed; `undefined` takes one away. */
export function linkHere({ path, query }: Address, changes: Changes): string {
  const next = new URLSearchParams(query)
  for (const [name, value] of Object.entries(changes)) {
    next.delete(name)
    if (value === undefined) continue
    for (const each of [value].flat()) next.append(name, each)
  }
  const text = next.toString()
  return `#/${path}${text === '' ? '' : `?${text}`}`
}

/** A link to another page, which keeps range, zone and filters. */
export function linkTo({ query }: Address, path: string, changes: Changes = {}): string {
  const kept = new URLSearchParams([...query].filter(([name]) => KEPT.some((key) => key === name)))
  return linkHere({ path, query: kept }, changes)
}

/** Goes to a link; `replace` leaves no step behind for "back", as for a selection. */
export function go(link: string, how: 'push' | 'replace' = 'push'): void {
  if (how === 'push') {
    window.location.hash = link
    return
  }
  window.history.replaceState(null, '', link)
  window.dispatchEvent(new HashChangeEvent('hashchange'))
}

/** The parameters of a question about a stretch of time. */
export function rangeOf({ query }: Address): Readonly<Record<string, string>> {
  const [from, to] = [query.get('from'), query.get('to')]
  const zone = zoneOf(query)
  if (from === null && to === null) return { range: query.get('range') ?? '7d', zone }
  return { ...(from !== null && { from }), ...(to !== null && { to }), zone }
}

export function zoneOf(query: URLSearchParams): string {
  return query.get('zone') ?? 'UTC'
}

export interface Filter {
  readonly label: string
  /** `''`: without one. */
  readonly value: string
}

export function filtersOf(query: URLSearchParams): readonly Filter[] {
  return query.getAll('where').map((text) => {
    const at = text.includes('=') ? text.indexOf('=') : text.length
    return { label: text.slice(0, at), value: text.slice(at + 1) }
  })
}

/** With one more filter; one on the same label gives way, as rows of a table exclude each other. */
export function addFilter(query: URLSearchParams, { label, value }: Filter): readonly string[] {
  const others = query.getAll('where').filter((text) => !text.startsWith(`${label}=`))
  return [...others, `${label}=${value}`]
}
