import { createRoot } from 'react-dom/client'
import { App } from './app.tsx'
import './styles/base.css'
import './styles/tabs.css'
import './styles/parts.css'
import './styles/converse.css'
import './styles/plugins.css'
import './styles/welcome.css'
import './styles/find.css'
import './styles/example.css'

const root = document.getElementById('root')
if (root) createRoot(root).render(<App />)
