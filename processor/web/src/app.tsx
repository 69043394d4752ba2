import { useCallback, useEffect, useMemo, useState } from 'preact/hooks'
import { linkTo, readAddress, zoneOf, type Address } from './address.ts'
import { keepToken } from './ask.ts'
import { findPage, PAGES } from './pages/index.ts'
import { Toolbar } from './parts/toolbar.tsx'
import { ScopeContext, type Scope } from './scope.ts'
import { isZone } from './times.ts'
import { Unlock } from './parts/unlock.tsx'

/** How often a live view asks again. */
const ROUND_MS = 10_000

export function App() {
  const address = useAddress()
  const [round, startRound] = useRounds(address.query.has('live'))
  const [isLocked, setLocked] = useState(false)
  const onLocked = useCallback(() => setLocked(true), [])
  const zone = zoneOf(address.query)
  const scope = useMemo<Scope>(
    () => ({
      address,
      // A zone that a browser does not know cannot be shown; the API says what is wrong with it.
      zone: isZone(zone) ? zone : 'UTC',
      isExact: address.query.has('exact'),
      round,
      onLocked,
      refresh: startRound,
    }),
    [address, zone, round, onLocked, startRound],
  )
  const unlock = (token: string): void => {
    keepToken(token)
    setLocked(false)
    startRound()
  }
  const { page, rest } = findPage(address.path)
  useEffect(() => {
    document.title = `${page.title} · spancost`
  }, [page.title])
  return (
    <ScopeContext.Provider value={scope}>
      <Top address={address} current={page.path} />
      <main>
        <h1 class="hidden">{page.title}</h1>
        {isLocked ? (
          <Unlock onToken={unlock} />
        ) : (
          <>
            <Toolbar hasRange={page.hasRange} />
            {page.render(rest)}
          </>
        )}
      </main>
    </ScopeContext.Provider>
  )
}

function Top({ address, current }: { readonly address: Address; readonly current: string }) {
  return (
    <header class="top">
      <b>spancost</b>
      <nav aria-label="Pages">
        {PAGES.filter(({ isInMenu }) => isInMenu).map(({ path, title }) => (
          <a
            key={path}
            href={linkTo(address, path)}
            aria-current={path === current ? 'page' : undefined}
          >
            {title}
          </a>
        ))}
      </nav>
    </header>
  )
}

function useAddress(): Address {
  const [hash, setHash] = useState(window.location.hash)
  useEffect(() => {
    const read = (): void => setHash(window.location.hash)
    window.addEventListener('hashchange', read)
    return () => window.removeEventListener('hashchange', read)
  }, [])
  return useMemo(() => readAddress(hash), [hash])
}

/** Counts up while the view is live and somebody can see it. */
function useRounds(isLive: boolean): [round: number, start: () => void] {
  const [round, setRound] = useState(0)
  const start = useCallback(() => setRound((last) => last + 1), [])
  useEffect(() => {
    if (!isLive) return undefined
    const timer = setInterval(() => {
      if (document.visibilityState === 'visible') start()
    }, ROUND_MS)
    return () => clearInterval(timer)
  }, [isLive, start])
  return [round, start]
}
