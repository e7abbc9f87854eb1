import { type ReactNode, useEffect, useRef } from 'react'
import { Tabs as AriaTabs, Tab, TabList, TabPanel } from 'react-aria-components'
import { useSearchParams } from 'wouter'

interface Props {
  label: string
  /** Each tab by its name in the address of the page. The first is shown if the address names none. */
  tabs: Record<string, { title: string; content: ReactNode }>
}

/** Tabs whose choice is in the address, so that a link and a reload show the same tab. */
export function Tabs({ label, tabs }: Props) {
  const [parameters, setParameters] = useSearchParams()
  const names = Object.keys(tabs)
  const wanted = parameters.get('tab') ?? ''
  const selected = names.includes(wanted) ? wanted : (names[0] ?? '')
  const list = useRef<HTMLDivElement>(null)
  // On a phone not all fit. The tabs are there in the next frame.
  useEffect(() => {
    const frame = requestAnimationFrame(() =>
      list.current?.querySelector('[data-selected]')?.scrollIntoView({ block: 'nearest', inline: 'nearest' }),
    )
    return () => cancelAnimationFrame(frame)
  }, [selected])
  const select = (name: string) =>
    setParameters(
      (before) => {
        before.set('tab', name)
        return before
      },
      { replace: true },
    )
  return (
    <AriaTabs selectedKey={selected} onSelectionChange={(key) => select(String(key))}>
      <TabList ref={list} className="tabs" aria-label={label}>
        {Object.entries(tabs).map(([name, { title }]) => (
          <Tab key={name} id={name} className="tab">
            {title}
          </Tab>
        ))}
      </TabList>
      {Object.entries(tabs).map(([name, { content }]) => (
        // A test that runs, or a form that is half filled, goes on while another tab is shown.
        <TabPanel key={name} id={name} className="tab-panel" shouldForceMount>
          {content}
        </TabPanel>
      ))}
    </AriaTabs>
  )
}
