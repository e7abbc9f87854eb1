import { useLocation } from 'wouter'
import type { LocalPlugin, PluginDetail } from '../../../src/wire.ts'
import { PlayExamples } from '../example/play-examples.tsx'
import { Button } from '../parts/button.tsx'
import { Confirm } from '../parts/confirm.tsx'
import { Activation } from './activation.tsx'
import { Sharing } from './sharing.tsx'

interface Props {
  plugin: PluginDetail
  local: LocalPlugin | undefined
  onChange: (plugin: PluginDetail) => void
  onReload: () => void
  onRemove: () => void
}

/** What a user of the plugin does with it. */
export function Overview({ plugin, local, onChange, onReload, onRemove }: Props) {
  const { id, title, isOwn, ownerName, activation, legalInfoUrl, contactEmail } = plugin
  const [, go] = useLocation()
  return (
    <>
      <p>{plugin.descriptionForHuman}</p>
      {activation === 'active' && (
        <Button kind="primary" onPress={() => go(`/?plugin=${id}`)}>
          Chat with {title}
        </Button>
      )}
      <Activation plugin={plugin} local={local} onChange={onChange} />
      {/* Loaded again when the plugin becomes active, because only then they can be played. */}
      <PlayExamples key={activation} plugin={plugin} isCard />
      {isOwn && <Sharing plugin={plugin} onReload={onReload} />}
      {(legalInfoUrl || contactEmail) && (
        <p>
          <small>
            From the developer:{' '}
            {legalInfoUrl && /^https?:/.test(legalInfoUrl) && (
              <a href={legalInfoUrl} target="_blank" rel="noopener noreferrer">
                legal information
              </a>
            )}{' '}
            {contactEmail}
          </small>
        </p>
      )}
      <Confirm
        trigger={<Button kind="danger">Remove plugin</Button>}
        title={`Remove ${title}?`}
        action="Remove plugin"
        onConfirm={onRemove}
      >
        {isOwn
          ? 'This removes the plugin and its stored tokens for you and for everyone you shared it with. Conversations are kept.'
          : `This signs you out of the plugin. ${ownerName} can share it with you again.`}
      </Confirm>
    </>
  )
}
