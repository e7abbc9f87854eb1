import { Link, useLocation } from 'wouter'
import { ChatIcon, PluginIcon, SettingsIcon } from './parts/icons.tsx'

const destinations = [
  { path: '/', title: 'Chat', Icon: ChatIcon, isHere: (path: string) => path === '/' || path.startsWith('/c/') },
  { path: '/plugins', title: 'Plugins', Icon: PluginIcon, isHere: (path: string) => path.startsWith('/plugins') },
  { path: '/settings', title: 'Settings', Icon: SettingsIcon, isHere: (path: string) => path === '/settings' },
]

export function Navigation() {
  const [path] = useLocation()
  return (
    <nav className="navigation" aria-label="Main">
      {destinations.map(({ path: to, title, Icon, isHere }) => (
        <Link key={to} href={to} aria-current={isHere(path) ? 'page' : undefined}>
          <Icon />
          <span>{title}</span>
        </Link>
      ))}
    </nav>
  )
}
