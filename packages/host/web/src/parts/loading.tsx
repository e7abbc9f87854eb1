/** Shown while something loads, but only if that takes long enough to be noticed. */
export const Loading = ({ children = 'Loading…' }: { children?: string }) => (
  <p className="loading" role="status" aria-busy="true">
    {children}
  </p>
)
