/** Elements that make the browser connect, or open a document in which what is taken away below is there again. */
const forbidden = 'link|base|iframe|frame|frameset|object|embed|portal|fencedframe|applet'
/** A policy of the view only forbids more. */
const named = '(?:name="[\\w:.-]+"|http-equiv="content-security-policy")'
const simpleMeta = String.raw`\s+(?:charset="?[\w-]+"?|${named}\s+content="[^"<>]*")\s*\/?>`
/** In XML any name that is not ASCII punctuation; minified scripts have more of that between `<` and a colon. */
const prefix = String.raw`(?:[^\s!-,\/;-@\[-\x5e\x60{-~]*:)?`
/** Where such an element begins, or an XML entity, whose text may hold one. */
const start = String.raw`<(?=!entity|\/?${prefix}(?:${forbidden})(?![\w-])|${prefix}meta(?![\w-])(?!${simpleMeta}))`

/**
 * The policy of a view: another origin than the page, and no network. WebRTC and preconnect are not covered by policies of
 * current browsers, so the script below takes them away. Trusted Types let it see all HTML that the view writes later.
 */
export const viewPolicy =
  "sandbox allow-scripts; default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:; font-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'self'; require-trusted-types-for 'script'; trusted-types default"

/** The view may replace what is built in, so the script keeps what it uses. */
const guard = `{
const { apply } = Reflect, { defineProperty } = Object, toText = String
const fixed = (target, name, value) => defineProperty(target, name, { value, writable: false, configurable: false })
const { exec, [Symbol.replace]: replace } = RegExp.prototype
const keep = (pattern, flags) => {
  for (const [name, value] of [['exec', exec], [Symbol.replace, replace], ['flags', flags], ['global', flags === 'gi'], ['unicode', false]]) fixed(pattern, name, value)
  return pattern
}
const forbidden = keep(/^(?:[^]*:)?(?:${forbidden}|meta)$/i, 'i')
const start = keep(/${start}/gi, 'gi')
const refuse = (what) => { throw new DOMException(what + ' is not available in a view', 'NotAllowedError') }
for (const name of ['RTCPeerConnection', 'webkitRTCPeerConnection', 'mozRTCPeerConnection', 'RTCDataChannel', 'RTCIceTransport', 'RTCIceGatherer', 'WebTransport', 'XSLTProcessor', 'SharedWorker', 'Worker'])
  try { fixed(globalThis, name, undefined) } catch {}
const { createElement, createElementNS } = Document.prototype
const { createDocument } = DOMImplementation.prototype
const { define } = CustomElementRegistry.prototype
const checked = (given) => {
  const name = toText(given)
  if (apply(exec, forbidden, [name])) refuse('This element')
  return name
}
fixed(Document.prototype, 'createElement', function (name, options) {
  return apply(createElement, this, [checked(name), options])
})
fixed(Document.prototype, 'createElementNS', function (space, name, options) {
  return apply(createElementNS, this, [space, checked(name), options])
})
fixed(DOMImplementation.prototype, 'createDocument', function (space, name, type = null) {
  return apply(createDocument, this, [space, name === null ? '' : checked(name), type])
})
fixed(CustomElementRegistry.prototype, 'define', function (name, element, options) {
  const base = options?.extends
  return apply(define, this, base === undefined ? [name, element] : [name, element, { extends: checked(base) }])
})
// A tag can be written in two halves, of which neither is one.
for (const name of ['write', 'writeln']) fixed(Document.prototype, name, () => refuse('document.' + name))
fixed(globalThis, 'open', () => null)
if (globalThis.trustedTypes)
  trustedTypes.createPolicy('default', {
    createHTML: (html, _, sink) => (sink === 'HTMLIFrameElement srcdoc' ? refuse('srcdoc') : apply(replace, start, [html, '&lt;'])),
    createScript: (script) => script,
    createScriptURL: () => refuse('A script of another file'),
  })
document.currentScript.remove()
}`

/**
 * The HTML of a view behind a script that takes away what reaches the network in spite of the policy, and without elements
 * that do. They are left as text, also in the view's scripts.
 */
export const containedView = (html: string): string =>
  `<!doctype html><meta charset="utf-8"><script>${guard}</script>${html.replace(new RegExp(start, 'gi'), '&lt;')}`
