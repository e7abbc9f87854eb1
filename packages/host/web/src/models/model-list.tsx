import { useState } from 'react'
import type { FoundModel, ModelChoice } from '../../../src/wire.ts'
import { Button } from '../parts/button.tsx'
import { TextInput } from '../parts/text-input.tsx'

/** A list that fits on a screen needs no search. */
const searchedFrom = 8
const shownAtOnce = 50

interface Props {
  models: FoundModel[]
  chosen: ModelChoice | undefined
  isDisabled?: boolean
  onChoose: (model: FoundModel) => unknown
}

/** Models of one address, each with a button that uses it. */
export function ModelList({ models, chosen, isDisabled = false, onChoose }: Props) {
  const [query, setQuery] = useState('')
  const wanted = query.trim().toLowerCase()
  const shown = models.filter(({ model }) => model.toLowerCase().includes(wanted))
  return (
    <>
      {models.length > searchedFrom && (
        <TextInput label={`Search ${models.length} models`} type="search" value={query} onChange={setQuery} />
      )}
      {shown.length === 0 && <p className="empty">No model matches “{query}”.</p>}
      <ul className="plain models">
        {shown.slice(0, shownAtOnce).map((one) => {
          const isUsed = chosen?.model === one.model && chosen.baseUrl === one.baseUrl
          return (
            <li key={one.model} className="row spread model">
              <span>
                {one.model} {one.size && <small>{one.size}</small>}{' '}
                {one.callsTools === false && <span className="tag bad">Cannot call tools</span>}
              </span>
              {isUsed ? (
                <span className="tag active">In use</span>
              ) : (
                <Button isDisabled={isDisabled} aria-label={`Use ${one.model}`} onPress={() => void onChoose(one)}>
                  Use
                </Button>
              )}
            </li>
          )
        })}
      </ul>
      {shown.length > shownAtOnce && <p className="empty">Search to see the other {shown.length - shownAtOnce}.</p>}
    </>
  )
}
