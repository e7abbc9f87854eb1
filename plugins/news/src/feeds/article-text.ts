import { stripVTControlCharacters } from 'node:util'
import { convert } from 'html-to-text'

/** A text of a feed: `unknown` where the format does not say whether it is HTML, as in RSS. */
export interface FeedText {
  value: string
  type: 'plain' | 'html' | 'unknown'
}

const spaced = (names: string): Set<string> => new Set(names.split(' '))
const elements = spaced(
  'a abbr acronym address area article aside audio b base basefont bdi bdo big blink blockquote body br button canvas ' +
    'caption center cite code col colgroup data datalist dd del details dfn dialog dir div dl dt em embed fieldset ' +
    'figcaption figure font footer form frame frameset h1 h2 h3 h4 h5 h6 head header hgroup hr html i iframe img input ' +
    'ins kbd label legend li link main map mark marquee menu meta meter nav nobr noframes noscript object ol optgroup ' +
    'option output p param picture pre progress q rp rt ruby s samp script search section select small source span ' +
    'strike strong style sub summary sup svg math path g table tbody td template textarea tfoot th thead time title tr ' +
    'track tt u ul var video wbr',
)
/** What a title may have as markup. Other elements in a title are what it is about: `How <nav> differs from <menu>`. */
const titleElements =
  'a abbr acronym b bdi bdo big cite code del dfn em font i ins kbd mark q s samp small span strike strong sub sup tt u var'
const wholeElements = 'p div h1 h2 h3 h4 h5 h6 center'

const pairs = new RegExp(`<(${titleElements.replaceAll(' ', '|')})(\\s[^<>]*)?>([^<>]*)</\\1\\s*>`, 'gi')
const whole = new RegExp(`^<(${wholeElements.replaceAll(' ', '|')})(\\s[^<>]*)?>([\\s\\S]*)</\\1\\s*>$`, 'i')

/** The text without markup, with its paragraphs. */
export function toText({ value, type }: FeedText): string {
  const isHtml = type === 'html' || (type === 'unknown' && hasMarkup(value))
  const text = isHtml ? htmlToText(type === 'html' ? value : keepUnknown(value)) : plainText(value, type)
  return withoutControls(text)
    .replaceAll(/[^\S\n]+\n/g, '\n')
    .trim()
}

/** One line without markup. */
export function toTitle({ value, type }: FeedText): string {
  const text =
    type === 'html' ? htmlToText(value) : type === 'plain' ? value : decodeEntities(withoutTitleMarkup(value))
  return withoutControls(text).replaceAll(/\s+/g, ' ').trim()
}

const plainText = (value: string, type: FeedText['type']): string =>
  type === 'plain' ? value : decodeEntities(value).replaceAll(/[^\S\n]*\n[^\S\n]*/g, '\n')

const htmlToText = (html: string): string =>
  convert(html, {
    wordwrap: false,
    limits: { maxDepth: 50 },
    selectors: [
      { selector: 'img', format: 'skip' },
      { selector: 'a', options: { ignoreHref: true } },
      ...['h1', 'h2', 'h3', 'h4', 'h5', 'h6'].map((selector) => ({ selector, options: { uppercase: false } })),
    ],
  })

/** Resolves `&amp;` and other character references, and leaves angle brackets as they are. */
const decodeEntities = (text: string): string =>
  text.includes('&')
    ? convert(text.replaceAll('<', '&lt;'), { wordwrap: false, preserveNewlines: true, whitespaceCharacters: '' })
    : text

const hasMarkup = (text: string): boolean =>
  [...text.matchAll(/<\/?([a-z][\w:-]*)(?=[\s/>])/gi)].some(([, name]) => isElement(name as string)) ||
  text.includes('<!--')

/** Custom elements have a hyphen, and those of other programs a colon. */
const isElement = (name: string): boolean => /[-:]/.test(name) || elements.has(name.toLowerCase())

/** Escapes what looks like a tag and is not one, such as `List<String>` or `<ann@example.com>`. */
const keepUnknown = (html: string): string =>
  html.replaceAll(/<(?!!--|!\[CDATA|\?)(\/?)([^\s<>/]*)/g, (found, _, name: string) =>
    /^[a-z][\w:-]*$/i.test(name) && isElement(name) ? found : `&lt;${found.slice(1)}`,
  )

/** Removes the markup that a title may have, from the inside out, and nothing else. */
function withoutTitleMarkup(title: string): string {
  let text = title.trim().replace(whole, '$3')
  for (let depth = 0; depth < 10; depth++) {
    const before = text
    text = text.replaceAll(pairs, '$3')
    if (text === before) break
  }
  return text.replaceAll(/<img\s[^<>]*>/gi, '').replaceAll(/(?<=\S)<(?:br|wbr)\s*\/?>|<(?:br|wbr)\s*\/?>(?=\S)/gi, ' ')
}

/**
 * Removes characters that nobody sees: controls of terminals, changes of direction, and tags, which can hide words. The
 * joiners that scripts and emoji need and the signs of numbers in Arabic stay.
 */
const withoutControls = (text: string): string =>
  stripVTControlCharacters(text.replaceAll(/\r\n?/g, '\n').replaceAll(/[\f\v\u0085\u2028\u2029]/g, ' '))
    .toWellFormed()
    .replaceAll(/[[\p{Cc}\p{Cf}]--[\n\t\u200c\u200d\u0600-\u0605\u06dd\u070f]]/gv, '')
