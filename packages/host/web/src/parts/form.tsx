import type { ComponentProps } from 'react'

interface Props extends Omit<ComponentProps<'form'>, 'onSubmit'> {
  /** Gets the values of the fields that are not empty, by their names. */
  onSubmit: (values: Record<string, string>, form: HTMLFormElement) => unknown
}

/** A form whose values are sent by script, not by the browser. */
export const Form = ({ onSubmit, ...props }: Props) => (
  <form
    {...props}
    onSubmit={(event) => {
      event.preventDefault()
      const values = [...new FormData(event.currentTarget)].filter(
        ([, value]) => typeof value === 'string' && value !== '',
      )
      void onSubmit(Object.fromEntries(values) as Record<string, string>, event.currentTarget)
    }}
  />
)
