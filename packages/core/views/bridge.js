// Connects this view to the assistant that shows it: MCP Apps 2026-01-26, JSON-RPC 2.0 over postMessage.
globalThis.view = (() => {
  const waiting = new Map()
  let lastId = 0
  let handlers = {}
  const send = (message) => parent.postMessage({ jsonrpc: '2.0', ...message }, '*')
  const notify = (method, params = {}) => send({ method, params })
  const request = (method, params) =>
    new Promise((resolve, reject) => {
      waiting.set(++lastId, { resolve, reject })
      send({ id: lastId, method, params })
    })

  function adopt({ theme, styles } = {}) {
    const root = document.documentElement
    if (theme) root.style.colorScheme = theme
    for (const [name, value] of Object.entries(styles?.variables ?? {}))
      if (name.startsWith('--') && typeof value === 'string') root.style.setProperty(name, value)
  }

  const received = {
    'ui/notifications/tool-input': ({ arguments: input = {} }) => handlers.onInput?.(input),
    'ui/notifications/tool-result': (result) => handlers.onResult?.(result),
    'ui/notifications/tool-cancelled': () => handlers.onCancel?.(),
    'ui/notifications/host-context-changed': adopt,
  }

  addEventListener('message', ({ source, data }) => {
    if (source !== parent || data?.jsonrpc !== '2.0') return
    const { id, method, params = {}, result, error } = data
    if (method === undefined) {
      const one = waiting.get(id)
      waiting.delete(id)
      return error ? one?.reject(new Error(error.message)) : one?.resolve(result)
    }
    if (id === undefined) return Object.hasOwn(received, method) && received[method](params)
    if (method === 'ping' || method === 'ui/resource-teardown') send({ id, result: {} })
    else send({ id, error: { code: -32601, message: 'Method not found' } })
  })

  return {
    /** Connects the view. `onInput` gets the arguments of the tool, `onResult` its result, `onCancel` nothing. */
    async connect(given) {
      handlers = given
      const { hostContext } = await request('ui/initialize', {
        protocolVersion: '2026-01-26',
        appInfo: { name: document.title, version: '1' },
        appCapabilities: {},
      })
      adopt(hostContext)
      notify('ui/notifications/initialized')
      new ResizeObserver(([{ borderBoxSize }]) =>
        notify('ui/notifications/size-changed', { height: Math.ceil(borderBoxSize[0].blockSize) }),
      ).observe(document.documentElement)
    },

    /** Calls a tool of the plugin. Throws the message of a result that is an error. */
    async call(name, input) {
      const { isError, content, structuredContent } = await request('tools/call', { name, arguments: input })
      if (isError) throw new Error(content?.[0]?.text ?? 'The call failed')
      return structuredContent
    },

    /** Asks the assistant to open a page in the browser of the user. */
    async open(url) {
      const { isError } = await request('ui/open-link', { url }).catch(() => ({ isError: true }))
      if (isError) throw new Error(`The assistant cannot open ${url}: open it yourself`)
    },

    /** Creates an element with properties and children. Text is never read as HTML. */
    element(name, properties = {}, ...children) {
      const made = Object.assign(document.createElement(name), properties)
      made.append(...children)
      return made
    },
  }
})()
