import { Component, type ReactNode } from 'react'

/** Keeps the rest of the page when one part fails to render. */
export class Boundary extends Component<{ children: ReactNode }, { isBroken: boolean }> {
  override state = { isBroken: false }

  static getDerivedStateFromError() {
    return { isBroken: true }
  }

  override render() {
    return this.state.isBroken ? (
      <p className="notice warning">This part could not be displayed.</p>
    ) : (
      this.props.children
    )
  }
}
