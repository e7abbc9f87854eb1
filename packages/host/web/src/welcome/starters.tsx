import type { Starter } from '../../../src/wire.ts'
import { Name } from '../parts/name.tsx'

const shownAtOnce = 3

interface Props {
  starters: Starter[]
  hasModel: boolean
  onStart: (starter: Starter) => void
}

/** Sentences to begin with. Each is sent to the model, or opens an operation where there is none. */
export const Starters = ({ starters, hasModel, onStart }: Props) => (
  <ul className="plain">
    {starters.slice(0, shownAtOnce).map((starter) => (
      <li key={starter.text}>
        <button type="button" className="choice starter" onClick={() => onStart(starter)}>
          <span>{starter.text}</span>
          {(!hasModel || starter.source === 'operation') && starter.found && (
            <small>
              Opens <Name>{starter.found.operation.name}</Name>
            </small>
          )}
        </button>
      </li>
    ))}
  </ul>
)
