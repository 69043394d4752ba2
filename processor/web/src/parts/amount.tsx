import { countPlaces, shortenAmount, writeAmount } from '../money.ts'
import { useScope } from '../scope.ts'

/** An amount of USD; its exact figure is its value and its title. */
export function Amount({ amount, places }: { readonly amount: string; readonly places?: number }) {
  const { isExact } = useScope()
  const text = writeAs(amount, isExact)
  // Aligned at the point: what is missing behind it is left free.
  const missing = Math.max(0, (places ?? 0) - countPlaces(text))
  const style = missing === 0 ? {} : { paddingInlineEnd: `${missing}ch` }
  return (
    <data class="amount" value={amount} title={`${writeAmount(amount)} USD`} style={style}>
      {text}
    </data>
  )
}

/** The most places behind the point that a column of these amounts needs. */
export function usePlaces(amounts: readonly string[]): number {
  return findMostPlaces(amounts, useScope().isExact)
}

export function findMostPlaces(amounts: readonly string[], isExact: boolean): number {
  return amounts.reduce((most, amount) => Math.max(most, countPlaces(writeAs(amount, isExact))), 0)
}

/** What nothing is known of. It is not 0. */
export function Unknown({ why }: { readonly why: string }) {
  return (
    <span class="unknown" title={why}>
      unknown
    </span>
  )
}

function writeAs(amount: string, isExact: boolean): string {
  return isExact ? writeAmount(amount) : shortenAmount(amount)
}
