import { CopyButton } from './copy-button.tsx'
import { Scroll } from './scroll.tsx'

const maximumLength = 20_000

interface Props {
  label: string
  text: string
}

/** A text as it is, with a button that copies all of it. */
export const Code = ({ label, text }: Props) => (
  <div className="code">
    <Scroll label={label}>
      <pre>{text.length > maximumLength ? `${text.slice(0, maximumLength)}\n…` : text}</pre>
    </Scroll>
    {text !== '' && <CopyButton label={label} text={text} />}
  </div>
)

/** A text that opens below its label. */
export const CodeDetails = ({ isOpen = false, ...code }: Props & { isOpen?: boolean }) => (
  <details open={isOpen}>
    <summary>{code.label}</summary>
    <Code {...code} />
  </details>
)

/** HTTP headers, one per line. */
export const headerLines = (headers: Record<string, string>): string =>
  Object.entries(headers)
    .map((pair) => pair.join(': '))
    .join('\n')
