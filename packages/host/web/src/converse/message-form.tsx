import { type KeyboardEvent, type ReactNode, useState } from 'react'
import { Button } from '../parts/button.tsx'
import { focusOnDesktop } from '../parts/focus.ts'
import { Form } from '../parts/form.tsx'
import { SendIcon } from '../parts/icons.tsx'
import { draft } from './draft.ts'

interface Props {
  isRunning: boolean
  onSay: (text: string) => unknown
  /** Buttons beside the one that sends. */
  children: ReactNode
}

/** A message to the model. */
export function MessageForm({ isRunning, onSay, children }: Props) {
  const [text, setText] = useState(draft)
  const say = () => {
    if (text.trim() === '' || isRunning) return
    setText('')
    void onSay(text)
  }
  const onKeyDown = (event: KeyboardEvent) => {
    // While an input method composes a word, Enter accepts the word.
    if (event.key === 'Enter' && !event.shiftKey && !event.nativeEvent.isComposing) {
      event.preventDefault()
      say()
    }
  }
  return (
    <Form onSubmit={say}>
      <textarea
        ref={focusOnDesktop}
        aria-label="Message"
        placeholder="Write a message"
        rows={2}
        value={text}
        maxLength={50_000}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={onKeyDown}
      />
      <div className="row spread">
        <div className="row">{children}</div>
        {!isRunning && (
          <Button type="submit" kind="primary" aria-label="Send" isDisabled={text.trim() === ''}>
            <SendIcon />
          </Button>
        )}
      </div>
    </Form>
  )
}
