import { useSyncExternalStore } from 'react'

export type Theme = 'system' | 'light' | 'dark'

const listeners = new Set<() => void>()

const read = (): Theme => {
  const stored = localStorage.getItem('theme')
  return stored === 'light' || stored === 'dark' ? stored : 'system'
}

export function setTheme(theme: Theme): void {
  localStorage.setItem('theme', theme)
  for (const listener of listeners) listener()
}

export function useTheme(): Theme {
  const theme = useSyncExternalStore((listener) => {
    listeners.add(listener)
    return () => listeners.delete(listener)
  }, read)
  document.documentElement.dataset.theme = theme
  return theme
}

/** The theme that the user sees, where they follow the system too. */
export function shownTheme(): 'light' | 'dark' {
  const theme = read()
  if (theme !== 'system') return theme
  return matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light'
}
