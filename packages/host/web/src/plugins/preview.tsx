import type { PluginPreview } from '../../../src/wire.ts'
import { authLabels } from './labels.ts'
import { OperationList } from './operation-list.tsx'

/** What a plugin says about itself, before it is registered. */
export const Preview = ({ plugin }: { plugin: PluginPreview }) => (
  <>
    <p>{plugin.descriptionForHuman}</p>
    <dl className="facts">
      <dt>Server</dt>
      <dd>{plugin.server}</dd>
      <dt>Authentication</dt>
      <dd>{authLabels[plugin.auth.type]}</dd>
      <dt>Prompt size</dt>
      <dd>{plugin.tokens} tokens</dd>
      <dt>Description for the model</dt>
      <dd className="told">{plugin.descriptionForModel}</dd>
    </dl>
    <OperationList operations={plugin.operations} />
  </>
)
