// Calls that a person must confirm: shows what the plugin asks, and repeats the call with the confirmation.

/** The headers of a call that acts: a key, so that it acts once, and the offer to ask the person at this page. */
export const actingHeaders = ({ once, confirm }) => ({
  ...(once && { 'Idempotency-Key': crypto.randomUUID() }),
  ...(confirm && { Prefer: 'confirmation' }),
})

/**
 * Fetches. If the plugin asks for a confirmation, shows the question, and calls again when the person has confirmed it.
 * @param shown called before each question, which covers the page
 * @returns the last answer: 428 or 409 if the person has declined
 */
export async function fetchConfirmed(url, init, shown = () => {}) {
  let answer = await fetch(url, init)
  for (;;) {
    const question = await questionOf(answer)
    if (!question) return answer
    shown()
    if (!(await isConfirmed(question, answer.status))) return answer
    answer = await fetch(url, { ...init, headers: { ...init.headers, Confirmation: question.token } })
  }
}

async function questionOf(answer) {
  if (answer.status !== 428 && answer.status !== 409) return undefined
  try {
    const { confirmation } = await answer.clone().json()
    return confirmation?.token === undefined ? undefined : confirmation
  } catch {
    return undefined
  }
}

/** Whether the person presses Confirm. Escape and every other way to close the dialog decline. */
function isConfirmed({ question, facts = [] }, status) {
  const dialog = element('dialog')
  dialog.className = 'question'
  dialog.setAttribute('aria-labelledby', 'question-title')
  const title = element('h2', question)
  title.id = 'question-title'
  const list = element('dl')
  for (const { label, value } of facts) list.append(element('dt', label), element('dd', value))
  const buttons = element('p')
  buttons.className = 'row'
  buttons.append(
    button('Decline', () => dialog.close()),
    button('Confirm', () => dialog.close('confirmed'), 'main'),
  )
  const before =
    status === 409 ? 'Nothing was done, because it has changed since. The plugin asks again:' : 'The plugin asks:'
  dialog.append(element('p', before), title, ...(facts.length > 0 ? [list] : []), buttons)
  document.body.append(dialog)
  dialog.showModal()
  return new Promise((resolve) => {
    dialog.addEventListener('close', () => {
      dialog.remove()
      resolve(dialog.returnValue === 'confirmed')
    })
  })
}

function button(text, press, kind = '') {
  const made = element('button', text)
  made.type = 'button'
  made.className = `button ${kind}`.trim()
  made.addEventListener('click', press)
  return made
}

function element(name, text = '') {
  const made = document.createElement(name)
  made.textContent = text
  return made
}
