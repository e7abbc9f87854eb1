import { useState } from 'react'
import { Link } from 'wouter'
import type { ConversationSummary } from '../../../src/wire.ts'
import { Button } from '../parts/button.tsx'
import { MenuIcon, PlusIcon } from '../parts/icons.tsx'
import { TextInput } from '../parts/text-input.tsx'

interface Props {
  list: ConversationSummary[]
  current: string | undefined
  onSearch: (query: string) => void
}

export function ConversationList({ list, current, onSearch }: Props) {
  const [query, setQuery] = useState('')
  const [isOpen, setIsOpen] = useState(false)
  return (
    <aside className={`conversations ${isOpen ? 'open' : ''}`} aria-label="Conversations">
      <div className="row spread">
        <Button kind="icon" aria-label="Conversations" aria-expanded={isOpen} onPress={() => setIsOpen(!isOpen)}>
          <MenuIcon />
        </Button>
        <Link href="/" className="button" onClick={() => setIsOpen(false)}>
          <PlusIcon /> New conversation
        </Link>
      </div>
      <div className="folded">
        <TextInput
          label="Search conversations"
          type="search"
          value={query}
          onChange={(text) => {
            setQuery(text)
            onSearch(text)
          }}
        />
        <ul className="plain">
          {list.map(({ id, title, snippet }) => (
            <li key={id}>
              <Link
                href={`/c/${id}`}
                aria-current={id === current ? 'page' : undefined}
                onClick={() => setIsOpen(false)}
              >
                {title}
                {snippet && <small>{marked(snippet)}</small>}
              </Link>
            </li>
          ))}
        </ul>
        {list.length === 0 && query !== '' && <p className="empty">No conversations match your search.</p>}
      </div>
    </aside>
  )
}

/** The host puts each match between ⟦ and ⟧. */
const marked = (snippet: string) =>
  snippet.split(/⟦(.*?)⟧/s).map((text, index) => (index % 2 === 1 ? <mark key={index}>{text}</mark> : text))
