import { useState } from 'react'
import { base } from '../base.ts'

/** The logo, loaded through the host, or the first letter of the title. */
export function Logo({ plugin: { logo, title } }: { plugin: { logo?: string; title: string } }) {
  const [isBroken, setIsBroken] = useState(false)
  return logo && !isBroken ? (
    <img
      className="logo"
      src={base + logo}
      alt=""
      width={48}
      height={48}
      loading="lazy"
      onError={() => setIsBroken(true)}
    />
  ) : (
    <span className="logo letter" aria-hidden="true">
      {[...title][0]?.toUpperCase()}
    </span>
  )
}
