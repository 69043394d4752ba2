import type { Quantity } from '../answers-budgets.ts'
import { writeCount } from '../counts.ts'
import { Amount } from './amount.tsx'

/** An amount of money, of tokens or of operations. */
export function Figure({ quantity }: { readonly quantity: Quantity }) {
  if (quantity.amount !== undefined) {
    return (
      <span class="still">
        {quantity.currency === 'USD' ? '$' : `${quantity.currency} `}
        <Amount amount={quantity.amount} />
      </span>
    )
  }
  const isTokens = quantity.tokens !== undefined
  return (
    <span class="still">
      {writeCount(isTokens ? quantity.tokens : (quantity.operations ?? 0))}{' '}
      <span class="quiet">{isTokens ? 'tokens' : 'operations'}</span>
    </span>
  )
}
