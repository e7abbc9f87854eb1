import type { ReactNode } from 'react'
import { Link } from 'wouter'
import type { PluginSummary } from '../../../src/wire.ts'
import { PlayExamples } from '../example/play-examples.tsx'
import { Logo } from '../plugins/logo.tsx'

/** A plugin, with what a user can begin with, or with the step that makes it active. */
export const PluginOffer = ({ plugin, children }: { plugin: PluginSummary; children: ReactNode }) => (
  <li className="card offer">
    <div className="offer-head">
      <Logo plugin={plugin} />
      <div>
        <h2>
          <Link href={`/plugins/${plugin.id}`}>{plugin.title}</Link>
        </h2>
        <p>{plugin.descriptionForHuman}</p>
      </div>
    </div>
    {children}
    {plugin.activation === 'active' && <PlayExamples plugin={plugin} />}
  </li>
)
