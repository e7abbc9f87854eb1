import { useState } from 'react'
import { Link } from 'wouter'
import type { ConversationSummary } from '../../../src/wire.ts'
import { PlayFile } from '../example/play-file.tsx'
import { Button } from '../parts/button.tsx'
import { MenuIcon, PlusIcon } from '../parts/icons.tsx'
import { TextInput } from '../parts/text-input.tsx'
import { periodOf } from './period.ts'

/** A list that fits on a screen needs no search. */
const searchedFrom = 6

interface Props {
  /** Undefined until it is loaded. */
  list: ConversationSummary[] | undefined
  current: string | undefined
  onSearch: (query: string) => void
}

export function ConversationList({ list, current, onSearch }: Props) {
  const [query, setQuery] = useState('')
  const [isOpen, setIsOpen] = useState(false)
  const now = new Date()
  const periods = Map.groupBy(list ?? [], ({ updatedAt }) => periodOf(new Date(updatedAt), now))
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
        {(query !== '' || (list?.length ?? 0) > searchedFrom) && (
          <TextInput
            label="Search conversations"
            type="search"
            value={query}
            onChange={(text) => {
              setQuery(text)
              onSearch(text)
            }}
          />
        )}
        {[...periods].map(([period, conversations]) => (
          <section key={period} aria-label={period}>
            <p className="label">{period}</p>
            <ul className="plain">
              {conversations.map(({ id, title, snippet }) => (
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
          </section>
        ))}
        {list?.length === 0 && (
          <p className="empty">
            {query === ''
              ? 'Your conversations appear here, with each call that was made.'
              : 'No conversations match your search.'}
          </p>
        )}
        <PlayFile />
      </div>
    </aside>
  )
}

/** The host puts each match between ⟦ and ⟧. */
const marked = (snippet: string) =>
  snippet.split(/⟦(.*?)⟧/s).map((text, index) => (index % 2 === 1 ? <mark key={index}>{text}</mark> : text))
