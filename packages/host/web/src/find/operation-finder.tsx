import { type KeyboardEvent, useEffect, useId, useRef, useState } from 'react'
import type { FoundOperation } from '../../../src/wire.ts'
import { draft } from '../converse/draft.ts'
import { focusOnDesktop } from '../parts/focus.ts'
import { Problem } from '../parts/notice.tsx'
import { FoundOption } from './found-option.tsx'
import { useFound } from './use-found.ts'

interface Props {
  /** Its plugins are searched; all of the user if it is undefined. */
  conversation: string | undefined
  /** Changes when something has been called, which empties the field. */
  calls: number
  /** A sentence that the user chose instead of typing it. */
  chosen: { text: string } | undefined
  onFound: (found: FoundOperation) => void
}

/** Where the user says what to do when no model answers: finds operations, and opens the form of one. */
export function OperationFinder({ conversation, calls, chosen: sentence, onFound }: Props) {
  const [text, setText] = useState(draft)
  const lastCalls = useRef(calls)
  const field = useRef<HTMLInputElement>(null)
  const [marked, setMarked] = useState(0)
  const { found, problem, attempt, find } = useFound(text, conversation)
  const id = useId()
  const { operations } = found
  const isSearched = text.trim() !== ''
  useEffect(() => {
    if (lastCalls.current !== calls) setText('')
    lastCalls.current = calls
  }, [calls])
  useEffect(() => focusOnDesktop(field.current), [])
  useEffect(() => {
    if (!sentence) return
    setText(sentence.text)
    focusOnDesktop(field.current)
  }, [sentence])
  useEffect(() => setMarked(0), [found.text])

  const open = () =>
    attempt(async () => {
      const { operations: list } = found.text === text ? found : await find(text)
      const chosen = list[found.text === text ? marked : 0]
      if (chosen) onFound(chosen)
    })
  const move = (by: number) => setMarked((before) => (before + by + operations.length) % operations.length)
  const onKeyDown = (event: KeyboardEvent) => {
    // While an input method composes a word, its keys are for the word.
    if (event.nativeEvent.isComposing || !isSearched) return
    if (event.key === 'Enter') void open()
    else if (event.key === 'Escape') setText('')
    else if (event.key === 'ArrowDown' && operations.length > 0) move(1)
    else if (event.key === 'ArrowUp' && operations.length > 0) move(-1)
    else return
    event.preventDefault()
  }
  return (
    <div className="finder">
      <Problem>{problem}</Problem>
      {isSearched && (
        <>
          <p className="label" role="status">
            {statusOf(found.text === text, operations.length)}
          </p>
          {operations.length > 0 && (
            <div className="found" role="listbox" id={`${id}list`} aria-label="Operations that fit">
              {operations.map((one, index) => (
                <FoundOption
                  key={`${one.plugin.id} ${one.operation.name}`}
                  id={`${id}${index}`}
                  found={one}
                  isMarked={index === marked}
                  onMark={() => setMarked(index)}
                  onChoose={() => onFound(one)}
                />
              ))}
            </div>
          )}
        </>
      )}
      <input
        ref={field}
        role="combobox"
        aria-label="What do you want to do?"
        placeholder="What do you want to do?"
        aria-autocomplete="list"
        aria-expanded={isSearched && operations.length > 0}
        aria-controls={isSearched && operations.length > 0 ? `${id}list` : undefined}
        aria-activedescendant={isSearched && operations.length > 0 ? `${id}${marked}` : undefined}
        autoComplete="off"
        value={text}
        maxLength={2_000}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={onKeyDown}
      />
    </div>
  )
}

function statusOf(isDone: boolean, count: number): string {
  if (count > 0) return 'Choose an operation to open its form. Nothing is sent yet.'
  return isDone ? 'No operation fits. Use other words, or choose one under “Call operation”.' : 'Searching…'
}
