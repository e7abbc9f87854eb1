import { useState } from 'react'
import type { Conversation } from '../../../src/wire.ts'
import { request } from '../api.ts'
import { base } from '../base.ts'
import { Button } from '../parts/button.tsx'
import { Confirm } from '../parts/confirm.tsx'
import { Dialog } from '../parts/dialog.tsx'
import { Form } from '../parts/form.tsx'
import { EyeIcon, FileIcon, TrashIcon } from '../parts/icons.tsx'
import { PromptPanel } from './prompt-panel.tsx'

interface Props {
  conversation: Conversation
  onRenamed: (title: string) => void
  onRemoved: () => void
}

export function ConversationHead({ conversation: { id, title }, onRenamed, onRemoved }: Props) {
  const [name, setName] = useState<string>()
  const rename = () => {
    const wanted = name?.trim() ?? ''
    setName(undefined)
    if (wanted !== '' && wanted !== title)
      void request('PATCH', `/api/conversations/${id}`, { title: wanted.slice(0, 80) }).then(() => onRenamed(wanted))
  }
  return (
    <header className="row spread">
      {name === undefined ? (
        <h1>
          <Button kind="plain" aria-label={`Rename ${title}`} onPress={() => setName(title)}>
            {title}
          </Button>
        </h1>
      ) : (
        <Form onSubmit={rename}>
          <input
            ref={(field) => field?.focus()}
            aria-label="Conversation title"
            value={name}
            maxLength={80}
            onChange={(event) => setName(event.target.value)}
            onBlur={rename}
            onKeyDown={(event) => event.key === 'Escape' && setName(undefined)}
          />
        </Form>
      )}
      <div className="row">
        <Dialog
          kind="panel"
          title="What the model sees"
          trigger={
            <Button kind="icon" aria-label="View what the model sees">
              <EyeIcon />
            </Button>
          }
        >
          {() => <PromptPanel id={id} />}
        </Dialog>
        <a
          className="button icon"
          href={`${base}/api/conversations/${id}/file`}
          download="conversation.md"
          aria-label="Download as Markdown"
        >
          <FileIcon />
        </a>
        <Confirm
          trigger={
            <Button kind="icon" aria-label="Delete conversation">
              <TrashIcon />
            </Button>
          }
          title="Delete this conversation?"
          action="Delete conversation"
          onConfirm={() => void request('DELETE', `/api/conversations/${id}`).then(onRemoved)}
        >
          You cannot undo this.
        </Confirm>
      </div>
    </header>
  )
}
