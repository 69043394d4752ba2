import { go, linkTo } from '../address.ts'
import type { Budget } from '../answers-budgets.ts'
import { usePost, useScope } from '../scope.ts'
import { Posted } from './step.tsx'

const PERIODS = ['month', 'week', 'day', 'hour', 'quarter', 'year', 'total']
const MEASURES = [
  { name: 'amount', text: 'money' },
  { name: 'tokens', text: 'tokens' },
  { name: 'operations', text: 'operations' },
]

/** Asks for a budget, which counts once somebody of the right rank has approved it. */
export function BudgetRequest({ budgets }: { readonly budgets: readonly Budget[] }) {
  const { address, zone } = useScope()
  const posting = usePost()
  const submit = (event: Event): void => {
    event.preventDefault()
    const { id, body } = readRequest(new FormData(event.currentTarget as HTMLFormElement))
    const request = async (): Promise<void> => {
      const isDone = await posting.post('budgets', body)
      if (isDone) go(linkTo(address, `budgets/${encodeURIComponent(id)}`))
    }
    void request()
  }
  return (
    <section class="panel" aria-label="Ask for a budget">
      <details>
        <summary>
          <h2>Ask for a budget</h2>
        </summary>
        <Posted posting={posting}>
          <form class="fields" onSubmit={submit}>
            <Field name="id" hint="search-team" isRequired />
            <Field name="limit" hint="1000" isRequired />
            <label>
              of
              <select name="measure">
                {MEASURES.map(({ name, text }) => (
                  <option key={name} value={name}>
                    {text}
                  </option>
                ))}
              </select>
            </label>
            <Field name="currency" hint="USD, of money" />
            <label>
              each
              <select name="period">
                {PERIODS.map((period) => (
                  <option key={period}>{period}</option>
                ))}
              </select>
            </label>
            <Field name="zone" hint={zone} />
            <Field name="scope" hint="team=search model=gpt-*" />
            <Field name="counters" title="a counter each" hint="user" />
            <label>
              below
              <select name="parent">
                <option value="">no other</option>
                {budgets.map(({ id }) => (
                  <option key={id}>{id}</option>
                ))}
              </select>
            </label>
            <Field name="owner" hint="olga@example.com" />
            <Field name="why" title="reason" hint="for the audit" />
            <button type="submit" disabled={posting.isUnderWay}>
              Ask
            </button>
          </form>
        </Posted>
      </details>
    </section>
  )
}

interface FieldProps {
  readonly name: string
  readonly title?: string
  readonly hint: string
  readonly isRequired?: boolean
}

function Field({ name, title = name, hint, isRequired = false }: FieldProps) {
  return (
    <label>
      {title}
      <input
        name={name}
        placeholder={hint}
        required={isRequired}
        maxLength={2000}
        spellcheck={false}
      />
    </label>
  )
}

/** As the API wants it; what is wrong with it the API says best. */
function readRequest(form: FormData) {
  const of = (name: string): string => ((form.get(name) as string | null) ?? '').trim()
  const [id, measure, limit] = [of('id'), of('measure'), of('limit').replaceAll(/[,_ ]/g, '')]
  const currency = of('currency').toUpperCase()
  const [zone, parent, owner, why] = [of('zone'), of('parent'), of('owner'), of('why')]
  const each = splitWords(of('counters'))
  const budget = {
    id,
    limit: {
      [measure]: measure === 'amount' ? limit : Number(limit),
      ...(currency !== '' && { currency }),
    },
    window: { period: of('period'), ...(zone !== '' && { zone }) },
    scope: readScope(of('scope')),
    ...(each.length > 0 && { each }),
    ...(parent !== '' && { parent }),
    ...(owner !== '' && { owner }),
  }
  return { id, body: { budget, ...(why !== '' && { why }) } }
}

/** `team=search model=a model=b`: either model. */
function readScope(text: string): Readonly<Record<string, readonly string[]>> {
  const pairs = splitWords(text).map((word) => {
    const at = word.includes('=') ? word.indexOf('=') : word.length
    return [word.slice(0, at), word.slice(at + 1)] as const
  })
  const groups = Map.groupBy(pairs, ([label]) => label)
  return Object.fromEntries([...groups].map(([label, each]) => [label, each.map(([, one]) => one)]))
}

function splitWords(text: string): readonly string[] {
  return text.split(/[\s,]+/).filter((word) => word !== '')
}
