import { type Html, html } from '@reference-plugins/core'
import type { Session } from '../checkout/vocabulary.ts'
import { describeTime } from '../stores/hours.ts'
import { describeMoney } from '../stores/money.ts'
import type { Store } from '../stores/store.ts'
import { layout } from './layout.ts'

export interface PageFacts {
  session: Session
  store: Store
  /** The age that a person must confirm, or 0. */
  age: number
  /** Whether the items need an age that has been confirmed. */
  isConfirmed: boolean
  /** Where the form is sent, and what it sends along. */
  form: { action: string; token: string }
  /** Why the form was not accepted. */
  problem?: string | undefined
}

/** What is in a checkout, and what a person can do about it. It shows neither name nor address, because links are passed on. */
export function checkoutPage({ session, store, age, isConfirmed, form, problem }: PageFacts): Html {
  const heading =
    age > 0
      ? `Confirm your age for ${store.name}`
      : session.order
        ? `Your order at ${store.name}`
        : `Your cart at ${store.name}`
  return layout(
    heading,
    html`${problem !== undefined && html`<p class="note bad" role="alert">${problem}</p>\n`}${
      age > 0 ? ageForm(age, form) : stateNote(session, isConfirmed)
    }
<h2>${session.order ? 'What was ordered' : 'What is in the cart'}</h2>
${cartTable(session)}
${session.order && progress(session.order, session.timezone)}
<p class="soft">${store.name}, ${store.address.line_one}, ${store.address.postal_code} ${store.address.city}. Phone <a href="tel:${store.phone}">${store.phone}</a></p>`,
  )
}

const ageForm = (age: number, { action, token }: PageFacts['form']): Html => html`
<p>Something in this cart is sold only to people of ${age} years or more. An assistant cannot confirm that: only you can.</p>
<form method="post" action="${action}">
<input type="hidden" name="token" value="${token}">
<label class="check"><input type="checkbox" name="age" value="${age}" required> <span>I am ${age} years old or older.</span></label>
<button>Confirm</button>
</form>
<p class="soft">Nothing is ordered here. If you are younger, close this page and ask the assistant to take it out of the cart. The store may ask for your ID when it hands over the food.</p>`

const notes: Partial<Record<Session['status'], { kind: '' | 'bad' | 'good'; text: string }>> = {
  canceled: { kind: 'bad', text: 'This checkout was canceled. Ask the assistant to start a new one.' },
  expired: { kind: 'bad', text: 'This checkout has expired. Ask the assistant to start a new one.' },
  complete_in_progress: { kind: '', text: 'The payment is being confirmed. Reload this page in a moment.' },
}

function stateNote({ status, order }: Session, isConfirmed: boolean): Html {
  if (order && status === 'completed') {
    const isCanceled = order.status === 'canceled'
    return html`<p class="note ${isCanceled ? 'bad' : 'good'}" role="status">${orderTexts[order.status]}</p>`
  }
  const { kind, text } =
    notes[status] ??
    (isConfirmed
      ? { kind: 'good', text: 'You have confirmed your age. Go back to the assistant: it can order now.' }
      : { kind: '', text: 'There is nothing to confirm here. Go back to the assistant.' })
  return html`<p class="note ${kind}" role="status">${text}</p>`
}

const orderTexts: Record<NonNullable<Session['order']>['status'], string> = {
  created: 'The payment is being confirmed.',
  confirmed: 'The store has the order.',
  processing: 'The kitchen works on it.',
  shipped: 'It is on its way.',
  completed: 'It is done.',
  canceled: 'It was canceled.',
}

const shownTotals = ['discount', 'fulfillment', 'tax', 'tip']

const cartTable = ({ line_items, totals, currency }: Session): Html => html`<table>
<tbody>
${line_items.map(
  ({ quantity, name, variant_options, unit_amount }) =>
    html`<tr><th scope="row">${quantity} × ${[name, ...variant_options.map(({ value }) => value)].join(', ')}</th><td>${describeMoney(unit_amount * quantity, currency)}</td></tr>\n`,
)}${totals
  .filter(({ type, amount }) => shownTotals.includes(type) && amount > 0)
  .map(
    ({ type, display_text, amount }) =>
      html`<tr class="soft"><th scope="row">${display_text}</th><td>${describeMoney(type === 'discount' ? -amount : amount, currency)}</td></tr>\n`,
  )}${totals
  .filter(({ type }) => type === 'total')
  .map(
    ({ amount }) =>
      html`<tr class="total"><th scope="row">Total</th><td>${describeMoney(amount, currency)}</td></tr>\n`,
  )}</tbody>
</table>`

const progress = (
  { fulfillments }: NonNullable<Session['order']>,
  timezone: string,
): Html => html`<h2>How far it is</h2>
<ol>
${fulfillments.flatMap(({ events }) =>
  events.map(
    ({ occurred_at, description }) =>
      html`<li>${describeTime(Date.parse(occurred_at), timezone)}: ${description}</li>\n`,
  ),
)}</ol>
`

export const unknownPage = layout(
  'This link leads to nothing',
  html`<p>There is no such checkout, or it was removed. Ask the assistant for a new link.</p>`,
)

export const refusedPage = layout(
  'This form did not come from this page',
  html`<p>Nothing was confirmed. Open the link of the assistant again, and send the form from there.</p>`,
)
