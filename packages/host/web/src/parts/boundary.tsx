import { Component, type ReactNode } from 'react'

/** Keeps what cannot be shown from taking the page with it. */
export class Boundary extends Component<{ children: ReactNode }, { isBroken: boolean }> {
  override state = { isBroken: false }

  static getDerivedStateFromError() {
    return { isBroken: true }
  }

  override render() {
    return this.state.isBroken ? <p className="notice warning">This part cannot be shown.</p> : this.props.children
  }
}
