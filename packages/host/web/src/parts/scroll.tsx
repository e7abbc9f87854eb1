import type { ReactNode } from 'react'

/** What may be wider or longer than its place; the keyboard reaches it, to scroll it. */
export const Scroll = ({
  label,
  className = '',
  children,
}: {
  label: string
  className?: string
  children: ReactNode
}) => (
  // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard
  <section className={`scroll ${className}`} aria-label={label} tabIndex={0}>
    {children}
  </section>
)
