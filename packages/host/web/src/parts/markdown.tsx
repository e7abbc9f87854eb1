import { memo } from 'react'
import ReactMarkdown, { type Components } from 'react-markdown'
import remarkGfm from 'remark-gfm'
import { Scroll } from './scroll.tsx'

/** Only http and https URLs become links. */
const safe = (url: string): string => (/^https?:\/\//i.test(url) ? url : '')

const components: Components = {
  a: ({ href, children }) =>
    href ? (
      <a href={href} target="_blank" rel="noopener noreferrer">
        {children} <small>({URL.parse(href)?.host ?? href})</small>
      </a>
    ) : (
      <span>{children}</span>
    ),
  // Loading an image tells its server who reads it, and its URL can carry the conversation away, so it is only a link.
  img: ({ src, alt }) => {
    const url = typeof src === 'string' ? src : ''
    return url === '' ? (
      <span>[{alt || 'image'}]</span>
    ) : (
      <a href={url} target="_blank" rel="noopener noreferrer">
        [{alt || 'image'}: {URL.parse(url)?.host}]
      </a>
    )
  },
  table: ({ children }) => (
    <Scroll label="Table">
      <table>{children}</table>
    </Scroll>
  ),
}

/** Text from a model or a plugin. HTML in it is shown as text. */
export const Markdown = memo(({ text }: { text: string }) => (
  <div className="markdown">
    <ReactMarkdown remarkPlugins={[remarkGfm]} components={components} urlTransform={safe}>
      {text}
    </ReactMarkdown>
  </div>
))
