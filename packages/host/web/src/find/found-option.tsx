import { useEffect, useRef } from 'react'
import { visibleLine } from '../../../src/conversation/visible-text.ts'
import type { FoundOperation } from '../../../src/wire.ts'
import { Name } from '../parts/name.tsx'
import { Logo } from '../plugins/logo.tsx'
import { OperationAsks } from '../plugins/operation-asks.tsx'

interface Props {
  id: string
  found: FoundOperation
  isMarked: boolean
  onMark: () => void
  onChoose: () => void
}

/** An operation that fits what the user typed, with what the text fills in. */
export function FoundOption({ id, found: { plugin, operation, filled }, isMarked, onMark, onChoose }: Props) {
  const item = useRef<HTMLDivElement>(null)
  useEffect(() => {
    if (isMarked) item.current?.scrollIntoView({ block: 'nearest' })
  }, [isMarked])
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the field has the focus, and its keys choose an option
    // biome-ignore lint/a11y/useFocusableInteractive: as above
    <div
      ref={item}
      id={id}
      role="option"
      aria-selected={isMarked}
      className="option"
      onMouseMove={onMark}
      // Keeps the focus in the field.
      onMouseDown={(event) => event.preventDefault()}
      onClick={onChoose}
    >
      <Logo plugin={plugin} />
      <span className="option-text">
        <strong>{operation.title}</strong>
        <small>
          {plugin.title} <Name>{operation.name}</Name>
        </small>
        {filled.length > 0 && (
          <span className="row">
            {filled.map(({ name, value }) => (
              <span key={name} className="tag">
                {visibleLine(`${name}: ${typeof value === 'string' ? value : JSON.stringify(value)}`)}
              </span>
            ))}
          </span>
        )}
      </span>
      {plugin.activation === 'active' ? (
        <OperationAsks operation={operation} />
      ) : (
        <span className="tag">Not active</span>
      )}
    </div>
  )
}
