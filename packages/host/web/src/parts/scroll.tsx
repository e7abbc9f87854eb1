import type { ReactNode } from 'react'

interface Props {
  label: string
  className?: string
  children: ReactNode
}

/** Content that may be larger than its place. The keyboard can reach and scroll it. */
export const Scroll = ({ label, className = '', children }: Props) => (
  // biome-ignore lint/a11y/noNoninteractiveTabindex: the keyboard must reach what scrolls
  <section className={`scroll ${className}`} aria-label={label} tabIndex={0}>
    {children}
  </section>
)
