import { Scroll } from './scroll.tsx'

const maximumLength = 20_000

interface Props {
  label: string
  text: string
}

export const Code = ({ label, text }: Props) => (
  <Scroll label={label}>
    <pre>{text.length > maximumLength ? `${text.slice(0, maximumLength)}\n…` : text}</pre>
  </Scroll>
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
