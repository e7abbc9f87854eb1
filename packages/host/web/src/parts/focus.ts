/** Focuses a field when it appears. On a phone, the keyboard would hide what can be done. */
export const focusOnDesktop = (field: HTMLElement | null): void => {
  if (matchMedia('(pointer: fine)').matches) field?.focus({ preventScroll: true })
}
