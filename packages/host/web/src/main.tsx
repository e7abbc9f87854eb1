import { createRoot } from 'react-dom/client'
import { Router } from 'wouter'
import { App } from './app.tsx'
import { base } from './base.ts'
import './styles/base.css'
import './styles/tabs.css'
import './styles/parts.css'
import './styles/converse.css'
import './styles/plugins.css'
import './styles/welcome.css'
import './styles/find.css'
import './styles/example.css'

const root = document.getElementById('root')
if (root)
  createRoot(root).render(
    <Router base={base}>
      <App />
    </Router>,
  )
