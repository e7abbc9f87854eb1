import { authorization } from './access.js'
import { actingHeaders, fetchConfirmed } from './confirm.js'
import { copyButton } from './copy.js'
import { toCurl, toRequest } from './request.js'

// Each form sends a real request, and shows it together with the answer.

const page = document.documentElement.dataset
const pageRoot = location.origin + (page.base ?? '')

export function startForms() {
  for (const form of document.querySelectorAll('form.call')) {
    form.addEventListener('submit', (event) => {
      event.preventDefault()
      call(form)
    })
  }
}

async function call(form) {
  const [result, status, button] = ['.result', '.status', '[type=submit]'].map((one) => form.querySelector(one))
  // The line for the status is there from the start, so that screen readers announce what it says.
  const say = (text, kind) => {
    status.textContent = text
    status.className = `status ${kind}`
  }
  let request
  try {
    request = prepare(form)
  } catch (error) {
    result.replaceChildren()
    return say(error.message, 'bad')
  }
  const { url, init } = request
  button.disabled = true
  say('Calling…', 'soft')
  const start = performance.now()
  try {
    const answer = await fetchConfirmed(url, { ...init, cache: 'no-store', redirect: 'manual' }, () =>
      say('Waiting for your confirmation…', 'soft'),
    )
    const text = await answer.text()
    const time = Math.round(performance.now() - start)
    result.replaceChildren(
      ...advice(answer.status),
      heading('Answer'),
      code(pretty(text), 'the answer'),
      headersOf(answer),
      ...shown(request),
    )
    const line =
      answer.status === 428 ? 'You declined: nothing was done' : `${answer.status} ${answer.statusText}, ${time} ms`
    say(line, answer.ok ? 'good' : 'bad')
  } catch (error) {
    result.replaceChildren(...shown(request))
    say(`The plugin did not answer: ${error.message}`, 'bad')
  } finally {
    button.disabled = false
    button.focus({ preventScroll: true })
  }
}

/** @throws Error with one line, where a value cannot be sent */
function prepare(form) {
  const data = new FormData(form)
  const operation = JSON.parse(form.dataset.operation)
  const { method, target, body, headers: own } = toRequest(operation, (name) => data.getAll(name))
  const headers = { ...own, ...actingHeaders({ ...operation, once: operation.once && !data.get('idempotency_key') }) }
  const url = pageRoot + target
  const credential = authorization()
  return {
    url,
    init: { method, body, headers: { ...headers, ...(credential && { Authorization: credential }) } },
    curl: toCurl({ method, headers, body }, url, page.scheme ?? ''),
  }
}

const shown = ({ url, init, curl }) => [
  heading('curl'),
  code(curl, 'the curl line'),
  heading('Request'),
  code(requestText(url, init), 'the request'),
]

/** What helps against a refused token. */
function advice(code) {
  if (code !== 401 && code !== 403) return []
  const link = element('a', 'Access')
  link.href = '#access'
  const text = element('p')
  text.append(
    document.getElementById('sign-in') ? 'Sign in under ' : 'Enter a valid token under ',
    link,
    ', and call again.',
  )
  return [text]
}

function requestText(url, { method, headers, body }) {
  const lines = Object.entries(headers).map(
    ([name, value]) => `${name}: ${name === 'Authorization' ? `${value.split(' ')[0]} …` : value}`,
  )
  return [`${method} ${url}`, ...lines, ...(body === undefined ? [] : ['', pretty(body)])].join('\n')
}

function headersOf(answer) {
  const details = element('details')
  const lines = Array.from(answer.headers, ([name, value]) => `${name}: ${value}`)
  details.append(element('summary', 'Headers of the answer'), code(lines.join('\n'), 'the headers of the answer'))
  return details
}

const heading = (text) => element('h4', text)

function code(text, label) {
  const box = element('div')
  box.className = 'copyable'
  const pre = element('pre')
  pre.tabIndex = 0
  pre.setAttribute('aria-label', label)
  pre.append(element('code', text))
  box.append(pre, copyButton(label))
  return box
}

function element(name, text = '') {
  const made = document.createElement(name)
  made.textContent = text
  return made
}

/** JSON with indentation. Other text stays as it came, and so does JSON with numbers that JavaScript would round. */
function pretty(text) {
  try {
    const data = JSON.parse(text)
    return JSON.stringify(data) === text ? JSON.stringify(data, null, 2) : text
  } catch {
    return text
  }
}
