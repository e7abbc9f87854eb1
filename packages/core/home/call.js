import { authorization } from './access.js'
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
  const operation = JSON.parse(form.dataset.operation)
  const result = form.querySelector('.result')
  const button = form.querySelector('[type=submit]')
  const data = new FormData(form)
  result.hidden = false
  let request
  try {
    request = toRequest(operation, (name) => data.getAll(name))
  } catch (error) {
    result.replaceChildren(status(error.message, 'bad'))
    return
  }
  const url = pageRoot + request.target
  const sent = { ...request.headers, ...(authorization() && { Authorization: authorization() }) }
  const parts = [
    heading('curl'),
    code(toCurl(request, url, page.scheme ?? ''), 'the curl line'),
    heading('Request'),
    code(requestText(request, url, sent), 'the request'),
  ]
  button.disabled = true
  result.replaceChildren(status('Calling…', 'soft'))
  const start = performance.now()
  try {
    const answer = await fetch(url, {
      method: request.method,
      headers: sent,
      body: request.body,
      cache: 'no-store',
      redirect: 'manual',
    })
    const text = await answer.text()
    const time = Math.round(performance.now() - start)
    const words = `${answer.status} ${answer.statusText}, ${time} ms`
    result.replaceChildren(
      status(words, answer.ok ? 'good' : 'bad'),
      ...advice(answer.status),
      heading('Answer'),
      code(pretty(text), 'the answer'),
      headersOf(answer),
      ...parts,
    )
  } catch (error) {
    result.replaceChildren(status(`The plugin did not answer: ${error.message}`, 'bad'), ...parts)
  } finally {
    button.disabled = false
    button.focus({ preventScroll: true })
  }
}

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

function requestText({ method, body }, url, headers) {
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

function status(text, className) {
  const line = element('p', text)
  line.className = `status ${className}`
  line.setAttribute('role', 'status')
  return line
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
