/** Elements that make the browser connect, or open a document in which what is taken away below is there again. */
const forbidden = 'link|base|iframe|frame|frameset|object|embed|portal|fencedframe|applet'
const simpleMeta = String.raw`\s+(?:charset="?[\w-]+"?|name="[\w:.-]+"\s+content="[^"<>]*")\s*\/?>`

/**
 * The policy of a view: another origin than the page, and no network. WebRTC and preconnect are not covered by policies of
 * current browsers, so the script below takes them away. Trusted Types let it see all HTML that the view writes later.
 */
export const viewPolicy =
  "sandbox allow-scripts; default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:; font-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'self'; webrtc 'block'; require-trusted-types-for 'script'; trusted-types default"

const guard = String.raw`{
const forbidden = /^(?:[\w-]+:)?(?:${forbidden}|meta)$/i
const neutral = (html) => String(html).replace(/<(?=\/?(?:[\w-]+:)?(?:${forbidden})(?![\w-]))|<(?=meta(?![\w-])(?!${simpleMeta}))/gi, '&lt;')
const refuse = (what) => { throw new DOMException(what + ' is not available in a view', 'NotAllowedError') }
for (const name of ['RTCPeerConnection', 'webkitRTCPeerConnection', 'mozRTCPeerConnection', 'RTCDataChannel', 'RTCIceTransport', 'RTCIceGatherer', 'WebTransport', 'XSLTProcessor', 'SharedWorker', 'Worker'])
  try { Object.defineProperty(globalThis, name, { value: undefined, writable: false, configurable: false }) } catch {}
for (const name of ['createElement', 'createElementNS']) {
  const create = Document.prototype[name]
  const value = function (...given) {
    const words = given.map((one) => (one !== null && typeof one === 'object' ? one : String(one)))
    if (forbidden.test(words[name === 'createElement' ? 0 : 1])) refuse('This element')
    return create.apply(this, words)
  }
  Object.defineProperty(Document.prototype, name, { value, writable: false, configurable: false })
}
const open = globalThis.open
if (open) Object.defineProperty(globalThis, 'open', { value: () => null, writable: false, configurable: false })
if (globalThis.trustedTypes)
  trustedTypes.createPolicy('default', {
    createHTML: (html, _, sink) => (/srcdoc/i.test(sink) ? refuse('srcdoc') : neutral(html)),
    createScript: (script) => script,
    createScriptURL: () => refuse('A script of another file'),
  })
document.currentScript.remove()
}`

const start = new RegExp(
  String.raw`<(?=\/?(?:[\w-]+:)?(?:${forbidden})(?![\w-]))|<(?=meta(?![\w-])(?!${simpleMeta}))`,
  'gi',
)

/**
 * The HTML of a view behind a script that takes away what reaches the network in spite of the policy, and without elements
 * that do. They are left as text, also in the view's scripts.
 */
export const containedView = (html: string): string =>
  `<!doctype html><meta charset="utf-8"><script>${guard}</script>${html.replace(start, '&lt;')}`
