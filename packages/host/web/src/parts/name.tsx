import { Fragment } from 'react'
import { visibleLine } from '../../../src/conversation/visible-text.ts'

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

/** The parts of camelCase, HTTPName, snake_case, kebab-case and dotted.names; together they are the name. */
export const wordsOf = (name: string): string[] =>
  name.split(/(?<=[\p{Ll}\p{N}])(?=\p{Lu})|(?<=\p{Lu})(?=\p{Lu}\p{Ll})|(?<=[_\-./:])(?=[^_\-./:])/u)
