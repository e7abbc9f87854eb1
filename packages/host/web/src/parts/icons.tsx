import type { ReactNode } from 'react'

const icon = (content: ReactNode) => () => (
  <svg className="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
    {content}
  </svg>
)

export const ChatIcon = icon(<path d="M4 5h16v11H9l-5 4z" />)
export const PluginIcon = icon(<path d="M9 3v5M15 3v5M6 8h12v4a6 6 0 0 1-12 0zM12 18v3" />)
export const SettingsIcon = icon(<path d="M4 7h9m4 0h3M4 17h3m4 0h9M13 4v6M7 14v6" />)
export const PlusIcon = icon(<path d="M12 5v14M5 12h14" />)
export const SendIcon = icon(<path d="M5 12h13M12 5l7 7-7 7" />)
export const StopIcon = icon(<path d="M7 7h10v10H7z" />)
export const PlayIcon = icon(<path d="M8 5l11 7-11 7z" />)
export const ModelIcon = icon(<path d="M7 7h10v10H7zM10 3v4M14 3v4M10 17v4M14 17v4M3 10h4M3 14h4M17 10h4M17 14h4" />)
export const MenuIcon = icon(<path d="M4 7h16M4 12h16M4 17h16" />)
export const TrashIcon = icon(<path d="M5 7h14M10 7V4h4v3M7 7l1 13h8l1-13" />)
export const EyeIcon = icon(<path d="M2 12s4-7 10-7 10 7 10 7-4 7-10 7-10-7-10-7zM12 9a3 3 0 1 0 0 6 3 3 0 0 0 0-6z" />)
export const FileIcon = icon(<path d="M12 4v11M7 10l5 5 5-5M5 20h14" />)
export const HandIcon = icon(<path d="M8 4h8v6H8zM5 20v-4h14v4M12 10v6" />)
