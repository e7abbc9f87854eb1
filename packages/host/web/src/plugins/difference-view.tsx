import { visibleLine } from '../../../src/conversation/visible-text.ts'
import type { Difference } from '../../../src/wire.ts'
import { Scroll } from '../parts/scroll.tsx'

const signs = { same: ' ', added: '+', removed: '−' }

/** What has changed in a document of a plugin, line by line. */
export const DifferenceView = ({ difference: { document, lines } }: { difference: Difference }) => (
  <Scroll className="difference" label={`Changes to the ${document}`}>
    <h3>{document === 'spec' ? 'Spec' : 'Manifest'}</h3>
    {lines.map(({ kind, text }, index) => (
      <div key={index} className={kind}>
        <span aria-hidden="true">{signs[kind]}</span>
        {kind !== 'same' && <span className="visually-hidden">{kind}: </span>}
        <code>{visibleLine(text)}</code>
      </div>
    ))}
  </Scroll>
)
