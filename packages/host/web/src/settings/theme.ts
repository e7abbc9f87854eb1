import { useSyncExternalStore } from 'react'

export type Theme = 'system' | 'light' | 'dark'
const listeners = new Set<() => void>()
const read = (): Theme => {
  const kept = localStorage.getItem('theme')
  return kept === 'light' || kept === 'dark' ? kept : 'system'
}

export function setTheme(theme: Theme): void {
  localStorage.setItem('theme', theme)
  for (const listener of listeners) listener()
}

/** Light, dark, or as the system has it. */
export function useTheme(): Theme {
  const theme = useSyncExternalStore((listener) => {
    listeners.add(listener)
    return () => listeners.delete(listener)
  }, read)
  document.documentElement.dataset.theme = theme
  return theme
}
