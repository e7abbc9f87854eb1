import { Fragment } from 'react'
import { visibleLine } from '../../../src/conversation/visible-text.ts'
import { wordsOf } from './name-words.ts'

/** The name of an operation, which breaks between its words and not inside one. */
export const Name = ({ children }: { children: string }) => (
  <code className="name">
    {wordsOf(visibleLine(children)).map((word, index) => (
      <Fragment key={index}>
        {index > 0 && <wbr />}
        {word}
      </Fragment>
    ))}
  </code>
)
