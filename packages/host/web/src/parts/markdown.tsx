import { memo } from 'react'
import ReactMarkdown, { type Components } from 'react-markdown'
import remarkGfm from 'remark-gfm'
import { Scroll } from './scroll.tsx'

/** http and https only; anything else is shown and leads nowhere. */
const safe = (url: string): string => (/^https?:\/\//i.test(url) ? url : '')

const components: Components = {
  a: ({ href, children }) =>
    href ? (
      <a href={href} target="_blank" rel="noopener noreferrer">
        {children} <span className="target">({URL.parse(href)?.host ?? href})</span>
      </a>
    ) : (
      <span>{children}</span>
    ),
  // An image tells its server who looks at it, and may carry away what was said: it is a link that nobody has to follow.
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

/** What a model or a plugin has written. HTML in it is text. */
export const Markdown = memo(({ text }: { text: string }) => (
  <div className="markdown">
    <ReactMarkdown remarkPlugins={[remarkGfm]} components={components} urlTransform={safe}>
      {text}
    </ReactMarkdown>
  </div>
))
