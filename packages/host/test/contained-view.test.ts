import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import fc from 'fast-check'
import { containedView, viewPolicy } from '../src/views/contained-view.ts'
import { closeBrowser, noBrowser, openBrowser, openPage } from './page/chromium.ts'

const names = ['link', 'base', 'iframe', 'frame', 'frameset', 'object', 'embed', 'meta']
/** Of XML. */
const prefixes = ['', 'svg:', 'é:', 'a.b-1:', '_:', '\u{10000}:', '中:']
const bodyOf = (html: string): string => {
  const view = containedView(html)
  return view.slice(view.indexOf('</script>') + '</script>'.length)
}

test('elements that connect or open documents are left as text', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...names),
      fc.constantFrom(...prefixes),
      fc.constantFrom(' ', '\n', '/', '\t', '>', '\f'),
      fc.string(),
      fc.array(fc.boolean(), { minLength: 8, maxLength: 8 }),
      (name, prefix, after, rest, upper) => {
        const written = Array.from(name, (letter, index) => (upper[index] ? letter.toUpperCase() : letter)).join('')
        assert.match(bodyOf(`<p>x</p><${prefix}${written}${after}http-equiv=refresh ${rest}`), /^<p>x<\/p>&lt;/)
      },
    ),
  )
  assert.match(bodyOf('<!DOCTYPE x [<!ENTITY e "&#60;iframe/>">]><x>&e;</x>'), /\[&lt;!ENTITY/)
})

test('what a page needs is kept', () => {
  const html =
    '<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">' +
    `<meta http-equiv="Content-Security-Policy" content="default-src 'none'">` +
    '<title>x</title><style>a{}</style></head><body><header>x</header><script>if (1 < linked) base < 2; a=1<n?x:link;b=i<f(1):base</script></body></html>'
  assert.equal(bodyOf(html), html)
  assert.match(bodyOf('<meta name="a" content="x" http-equiv="refresh">'), /^&lt;meta/)
  assert.match(bodyOf('<meta http-equiv="Content-Security-Policy" content="x" http-equiv="refresh">'), /^&lt;meta/)
  assert.match(bodyOf('<meta content="a>b" http-equiv="refresh">'), /^&lt;meta/)
})

test('a view has no WebRTC, and cannot make elements that connect', { skip: noBrowser }, async () => {
  const script = `const seen = {}
const attempt = (name, work) => { try { seen[name] = String(work()) } catch (error) { seen[name] = error.name } }
attempt('rtc', () => typeof RTCPeerConnection + typeof webkitRTCPeerConnection + typeof WebTransport)
attempt('link', () => document.createElement('LINK'))
attempt('name', () => document.createElementNS('http://www.w3.org/1999/xhtml', 'iframe'))
const xhtml = 'http://www.w3.org/1999/xhtml'
attempt('prefix', () => document.createElementNS(xhtml, 'é:iframe'))
attempt('document', () => document.implementation.createDocument(xhtml, 'link'))
attempt('custom', () => customElements.define('a-a', class extends HTMLLinkElement {}, { extends: 'LINK' }))
attempt('custom element', () => { customElements.define('b-b', class extends HTMLElement {}); return document.createElement('b-b').localName })
attempt('halves', () => document.write('<ifr') + document.write('ame srcdoc="<script>new RTCPeerConnection</scr' + 'ipt>"></iframe>'))
attempt('xml', () => {
  const frame = '<é:iframe xmlns:é="' + xhtml + '" srcdoc="x"/>'
  const parsed = new DOMParser().parseFromString(frame, 'application/xml')
  const inner = new DOMParser().parseFromString('<x/>', 'application/xml').documentElement
  const entity = new DOMParser().parseFromString('<!DOCTYPE x [<!ENTITY e "&#60;iframe xmlns=\\'' + xhtml + '\\'/>">]><x>&e;</x>', 'application/xml')
  try { inner.innerHTML = frame } catch {}
  return [parsed, inner, entity].map((one) => one.querySelectorAll('iframe').length).join()
})
attempt('trick', () => { let count = 0; return document.createElement({ toString: () => (count++ ? 'iframe' : 'p') }).tagName })
RegExp.prototype.exec = () => null; RegExp.prototype.test = () => false; String.prototype.replace = function () { return this }; RegExp.prototype[Symbol.replace] = (text) => text; Array.prototype.map = () => []; Function.prototype.apply = () => null
attempt('again', () => document.createElement('iframe'))
attempt('html', () => { document.body.innerHTML = '<b>x</b><iframe></iframe><link rel=preconnect href=//127.0.0.1:9>'; return document.querySelectorAll('iframe, link').length + document.querySelector('b').textContent })
attempt('frames', () => window.length)
parent.postMessage(seen, '*')`
  const server = createServer((request, response) => {
    response.setHeader('content-type', 'text/html')
    if (request.url !== '/view')
      return response.end(
        '<!doctype html><script>onmessage = ({ data }) => (window.seen = data)</script><iframe sandbox="allow-scripts" src="/view"></iframe>',
      )
    response.setHeader('content-security-policy', viewPolicy)
    response.end(containedView(`<!doctype html><html><body><p>x</p><script>${script}</script></body></html>`))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const browser = await openBrowser()
  try {
    const { page } = await openPage(browser)
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`)
    await page.waitForFunction('window.seen')
    assert.deepEqual(await page.evaluate('window.seen'), {
      rtc: 'undefinedundefinedundefined',
      link: 'NotAllowedError',
      name: 'NotAllowedError',
      prefix: 'NotAllowedError',
      document: 'NotAllowedError',
      custom: 'NotAllowedError',
      'custom element': 'b-b',
      halves: 'NotAllowedError',
      xml: '0,0,0',
      trick: 'P',
      again: 'NotAllowedError',
      html: '0x',
      frames: '0',
    })
  } finally {
    await closeBrowser()
    server.close()
  }
})
