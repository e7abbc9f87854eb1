import type { ReactNode } from 'react'
import { Button as AriaButton, type ButtonProps } from 'react-aria-components'

interface Props extends Omit<ButtonProps, 'children' | 'className'> {
  kind?: 'primary' | 'danger' | 'plain' | 'icon' | undefined
  children: ReactNode
}

export const Button = ({ kind, children, ...props }: Props) => (
  <AriaButton {...props} className={`button ${kind ?? ''}`}>
    {children}
  </AriaButton>
)
